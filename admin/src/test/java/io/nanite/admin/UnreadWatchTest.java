package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class UnreadWatchTest {

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private final UnreadWatch watch = new UnreadWatch();

    @Test
    void whereNothingWasRefusedThereIsNothingToSay() {
        assertThat(watch.recent(Map.of(), START)).isEmpty();
        assertThat(watch.recent(Map.of("identity", 0L), START.plusSeconds(1))).isEmpty();
    }

    @Test
    void whatWasRefusedIsToldForTenMinutesAndNoLonger() {
        watch.recent(Map.of("identity", 0L, "replay", 0L), START);
        assertThat(watch.recent(Map.of("identity", 2L, "replay", 0L), START.plusSeconds(1)))
                .isEqualTo(Map.of("identity", 2L));
        Instant later = START.plus(Duration.ofMinutes(6));
        assertThat(watch.recent(Map.of("identity", 2L, "replay", 3L), later))
                .isEqualTo(Map.of("identity", 2L, "replay", 3L));

        assertThat(watch.recent(Map.of("identity", 2L, "replay", 3L), START.plus(Duration.ofMinutes(11))))
                .isEqualTo(Map.of("replay", 3L));
        assertThat(watch.recent(Map.of("identity", 2L, "replay", 3L), START.plus(Duration.ofMinutes(17))))
                .isEmpty();
    }
}
