package io.nanite.admin;

import org.jspecify.annotations.Nullable;

/** Counts how long things took, in buckets of which each is an eighth of a power of two wide: right to about six percent. Of one owner. */
final class LatencyCounts {

    private static final int SUB_BITS = 3;
    private static final int SUB = 1 << SUB_BITS;
    private static final int MOST_BITS = 31; // half an hour, in microseconds
    private static final int BUCKETS = (MOST_BITS - SUB_BITS + 1) * SUB;

    private final int[] buckets = new int[BUCKETS];
    private long count;

    void add(long micros) {
        buckets[bucket(micros)]++;
        count++;
    }

    void add(LatencyCounts other) {
        for (int i = 0; i < BUCKETS; i++) {
            buckets[i] += other.buckets[i];
        }
        count += other.count;
    }

    long count() {
        return count;
    }

    /** In milliseconds: so many of a hundred took no longer. Null if nothing was counted. */
    @Nullable
    Double percentile(double percent) {
        if (count == 0) {
            return null;
        }
        long wanted = Math.max(1, (long) Math.ceil(count * percent / 100));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += buckets[i];
            if (seen >= wanted) {
                return middle(i) / 1000.0;
            }
        }
        throw new IllegalStateException("%d of %d counted".formatted(seen, count));
    }

    private static int bucket(long micros) {
        long value = Math.max(0, Math.min(micros, (1L << MOST_BITS) - 1));
        if (value < SUB) {
            return (int) value;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        int sub = (int) (value >>> (exponent - SUB_BITS)) & (SUB - 1);
        return (exponent - SUB_BITS + 1) * SUB + sub;
    }

    private static double middle(int bucket) {
        if (bucket < SUB) {
            return bucket;
        }
        int shift = bucket / SUB - 1;
        long low = (long) (SUB + bucket % SUB) << shift;
        return low + (1L << shift) / 2.0;
    }
}
