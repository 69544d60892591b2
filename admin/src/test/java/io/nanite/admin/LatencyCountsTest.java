package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Percentiles of buckets, against those of the numbers themselves. */
class LatencyCountsTest {

    @Test
    void percentilesAreRightToAFewPercent() {
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            LatencyCounts counts = new LatencyCounts();
            long[] micros = new long[1 + random.nextInt(2000)];
            for (int i = 0; i < micros.length; i++) {
                micros[i] = 8 + (long) Math.exp(random.nextDouble() * 20);
                counts.add(micros[i]);
            }
            Arrays.sort(micros);
            for (double percent : new double[] {1, 50, 95, 99, 100}) {
                double exact = micros[(int) Math.max(0, Math.ceil(micros.length * percent / 100) - 1)] / 1000.0;
                assertThat(counts.percentile(percent)).isCloseTo(exact, Percentage.withPercentage(7));
            }
        }
    }

    @Test
    void nothingHasNoPercentileAndTheExtremesAreCounted() {
        LatencyCounts counts = new LatencyCounts();
        assertThat(counts.percentile(50)).isNull();

        counts.add(-5);
        counts.add(0);
        counts.add(Long.MAX_VALUE);

        assertThat(counts.count()).isEqualTo(3);
        assertThat(counts.percentile(1)).isEqualTo(0.0);
        assertThat(counts.percentile(100)).isGreaterThan(1_000_000.0);
    }

    @Test
    void whatIsOldIsForgotten() {
        SlidingCounts counts = new SlidingCounts(Duration.ofSeconds(1), 4);
        long second = Duration.ofSeconds(1).toNanos();
        for (int i = 0; i < 10; i++) {
            counts.add(i * second, 1000, i % 2 == 0);
        }

        assertThat(counts.last(9 * second, Duration.ofSeconds(3)).requests()).isEqualTo(3);
        assertThat(counts.last(9 * second, Duration.ofSeconds(3)).errors()).isEqualTo(1);
        assertThat(counts.last(11 * second, Duration.ofSeconds(3)).requests()).isEqualTo(1);
        assertThat(counts.last(99 * second, Duration.ofSeconds(3)).requests()).isZero();
        assertThat(counts.last(99 * second, Duration.ofSeconds(3)).latency().percentile(50))
                .isNull();
    }
}
