package io.nanite.admin;

import io.nanite.core.packet.Printable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured each second: of the last quarter of an hour each second, of the last six hours ten seconds in one, of the
 * last week each minute. Written by one thread; read by any.
 */
final class History {

    private static final List<String> RANGES = List.of("15m", "6h", "7d");

    private final List<Ring> rings;

    // Of the thread that writes: what is not a whole step yet, of each ring but the first.
    private final List<List<float[]>> gathered = List.of(new ArrayList<>(), new ArrayList<>());
    private final long[] gathering = {Long.MIN_VALUE, Long.MIN_VALUE};

    History(TowerStore store, Instant now) {
        int columns = Series.ALL.size();
        int identity = Series.ALL.stream().map(Series::name).toList().hashCode();
        rings = List.of(
                new Ring("history-1s.ring", 1, 15 * 60, columns, identity, store),
                new Ring("history-10s.ring", 10, 6 * 360, columns, identity, store),
                new Ring("history-1m.ring", 60, 7 * 24 * 60, columns, identity, store));
        rings.forEach(ring -> ring.load(now.getEpochSecond()));
    }

    /** What was measured in this second. */
    void put(long second, float[] row) {
        rings.get(0).put(second, row);
        for (int i = 0; i < gathering.length; i++) {
            long step = Math.floorDiv(second, rings.get(i + 1).stepSeconds());
            if (step != gathering[i]) {
                fold(i);
                gathering[i] = step;
            }
            gathered.get(i).add(row.clone());
        }
    }

    /** What is not a whole step yet counts as one. */
    void close() {
        fold(0);
        fold(1);
    }

    private void fold(int which) {
        List<float[]> rows = gathered.get(which);
        if (rows.isEmpty()) {
            return;
        }
        Ring ring = rings.get(which + 1);
        float[] folded = new float[Series.ALL.size()];
        for (int column = 0; column < folded.length; column++) {
            folded[column] = Series.ALL.get(column).fold(rows, column);
        }
        rows.clear();
        ring.put(gathering[which] * ring.stepSeconds(), folded);
    }

    /** All of a range that ends now: {@code 15m}, {@code 6h} or {@code 7d}. Any thread. */
    Answers.Past past(@Nullable String range, Instant now) {
        int which = range == null ? 0 : RANGES.indexOf(range);
        if (which < 0) {
            throw new ProblemException(
                    400, "range: %s (expected: one of %s)".formatted(Printable.of(String.valueOf(range)), RANGES));
        }
        Ring ring = rings.get(which);
        int step = ring.stepSeconds();
        long last = Math.floorDiv(now.getEpochSecond(), step) * step - step; // the one of now is not whole
        List<Long> times = new ArrayList<>(ring.size());
        List<List<@Nullable Float>> columns = new ArrayList<>();
        Map<String, List<@Nullable Float>> series = new LinkedHashMap<>();
        for (Series each : Series.ALL) {
            List<@Nullable Float> values = new ArrayList<>(ring.size());
            columns.add(values);
            series.put(each.name(), values);
        }
        for (long time = last - (ring.size() - 2L) * step; time <= last; time += step) {
            times.add(time);
            float @Nullable [] row = ring.at(time);
            for (int column = 0; column < columns.size(); column++) {
                columns.get(column).add(row == null ? null : number(row[column]));
            }
        }
        return new Answers.Past(now, RANGES.get(which), step * 1000L, times, series);
    }

    static @Nullable Float number(float value) {
        return Float.isNaN(value) ? null : value;
    }

    /** A row of nothing. */
    static float[] gap() {
        float[] gap = new float[Series.ALL.size()];
        Arrays.fill(gap, Float.NaN);
        return gap;
    }
}
