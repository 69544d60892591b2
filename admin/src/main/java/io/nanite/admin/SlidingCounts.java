package io.nanite.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Counts calls, of which what is older than a while is forgotten, slice by slice. Of one owner. */
final class SlidingCounts {

    private final long sliceNanos;
    private final @Nullable Slice[] slices;

    /** What was counted in some time. */
    record Window(int requests, int errors, LatencyCounts latency) {}

    private static final class Slice {

        final long number;
        final LatencyCounts latency = new LatencyCounts();
        private int requests;
        private int errors;

        Slice(long number) {
            this.number = number;
        }
    }

    /** So many slices are kept, the one that is being filled included. */
    SlidingCounts(Duration slice, int count) {
        sliceNanos = slice.toNanos();
        slices = new Slice[count];
    }

    void add(long now, long micros, boolean failed) {
        long number = Math.floorDiv(now, sliceNanos);
        int index = (int) Math.floorMod(number, (long) slices.length);
        Slice slice = slices[index];
        if (slice == null || slice.number != number) {
            slice = new Slice(number);
            slices[index] = slice;
        }
        slice.requests++;
        slice.errors += failed ? 1 : 0;
        slice.latency.add(micros);
    }

    /** What was counted in the last so many nanoseconds, to a slice. */
    Window last(long now, Duration time) {
        int requests = 0;
        int errors = 0;
        LatencyCounts latency = new LatencyCounts();
        long newest = Math.floorDiv(now, sliceNanos);
        long oldest = newest - time.toNanos() / sliceNanos;
        for (Slice slice : slices) {
            if (slice != null && slice.number > oldest && slice.number <= newest) {
                requests += slice.requests;
                errors += slice.errors;
                latency.add(slice.latency);
            }
        }
        return new Window(requests, errors, latency);
    }
}
