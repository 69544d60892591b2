package io.nanite.secure;

import java.util.Arrays;

/**
 * Which of the last counters of one direction of a session were seen. It begins small and grows with them, up to 65,536, so
 * that threads which write at the same time may be far apart. Safe for use by many threads.
 */
final class ReplayWindow {

    /** What may be done with a packet of a counter. */
    enum Verdict {
        /** It was never seen. */
        NEW,
        /** It was seen. */
        SEEN,
        /** It is too old to say. */
        OLD
    }

    static final int MOST = 65_536;

    private static final int FIRST = 1_024;

    /** A bit for each counter, by what is left of it when divided by the size. */
    private long[] seen = new long[FIRST / Long.SIZE];

    private long highest = -1;

    /** Notes the counter, which is not below zero, as seen. */
    synchronized Verdict note(long counter) {
        if (counter > highest) {
            advance(counter);
        } else if (counter <= highest - size()) {
            return Verdict.OLD;
        }
        int bit = (int) (counter % size());
        long mask = 1L << bit;
        if ((seen[bit / Long.SIZE] & mask) != 0) {
            return Verdict.SEEN;
        }
        seen[bit / Long.SIZE] |= mask;
        return Verdict.NEW;
    }

    private long size() {
        return (long) seen.length * Long.SIZE;
    }

    private void advance(long counter) {
        while (counter >= size() && size() < MOST) {
            // Nothing was ever dropped as long as all counters were smaller than the size: each keeps its place.
            seen = Arrays.copyOf(seen, seen.length * 2);
        }
        if (counter - highest >= size()) {
            Arrays.fill(seen, 0);
        } else {
            for (long passed = highest + 1; passed <= counter; passed++) {
                int bit = (int) (passed % size());
                seen[bit / Long.SIZE] &= ~(1L << bit);
            }
        }
        highest = counter;
    }
}
