package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.mapper.AgentView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SparklinesTest {

    private static AgentView agent(String name, double load, int inFlight) {
        return new AgentView(
                Identity.agent(name),
                Set.of(),
                Set.of(),
                Status.of(load),
                Vitals.UNKNOWN,
                Duration.ZERO,
                inFlight,
                false);
    }

    private static Answers.AgentLine line(Sparklines sparklines, String name, long second) {
        return Objects.requireNonNull(sparklines
                .of(List.of(name), Instant.ofEpochSecond(second))
                .agents()
                .get(name));
    }

    @Test
    void aLineHasAGapWhereItsAgentWasAway() {
        Sparklines sparklines = new Sparklines();
        for (long second = 100_000; second < 100_030; second++) {
            boolean away = second >= 100_010 && second < 100_020;
            sparklines.look(second, away ? List.of() : List.of(agent("fred", 0.5, 3)));
        }

        assertThat(line(sparklines, "fred", 100_030).load())
                .hasSize(180)
                .endsWith(null, 0.5f, 0.5f, null, null, 0.5f, 0.5f);
        assertThat(line(sparklines, "fred", 100_030).inFlight()).endsWith(3f, 3f);
        assertThat(sparklines
                        .of(List.of("nobody"), Instant.ofEpochSecond(100_030))
                        .agents())
                .isEmpty();
    }

    @Test
    void whoIsGoneForLongIsForgottenAndThereIsAnEndToTheirNumber() {
        Sparklines sparklines = new Sparklines();
        sparklines.look(
                0, IntStream.range(0, 6000).mapToObj(i -> agent("a" + i, 1, 1)).toList());
        assertThat(IntStream.range(0, 6000).filter(i -> !sparklines
                        .of(List.of("a" + i), Instant.ofEpochSecond(10))
                        .agents()
                        .isEmpty()))
                .hasSize(5000);

        sparklines.look(1000, List.of(agent("late", 1, 1)));
        assertThat(sparklines
                        .of(List.of("a1", "late"), Instant.ofEpochSecond(1010))
                        .agents())
                .containsOnlyKeys("late");
    }
}
