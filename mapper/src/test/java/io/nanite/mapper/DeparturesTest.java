package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.testkit.ManualTime;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who went away, and for how long that is remembered. */
class DeparturesTest {

    private final ManualTime time = new ManualTime();
    private final Departures departures = new Departures(time);

    private AgentEntry agent(String name) {
        return new AgentEntry(
                Identity.agent(name),
                Set.of(),
                Set.of(),
                Status.UNKNOWN,
                new Vitals(4, 0, "boot", 1, null, false),
                time.nanos());
    }

    private AgentEntry leave(String name) {
        AgentEntry agent = agent(name);
        departures.left(agent, agent.view(time.nanos()));
        return agent;
    }

    private AgentEntry die(String name) {
        AgentEntry agent = agent(name);
        departures.died(agent, agent.view(time.nanos()), 3);
        return agent;
    }

    @Test
    void whoDiedIsToldUntilItComesBack() {
        die("fred");
        assertThat(departures.told()).singleElement().satisfies(departure -> {
            assertThat(departure.goodbye()).isFalse();
            assertThat(departure.connected()).isFalse();
            assertThat(departure.moved()).isEqualTo(3);
        });

        departures.back(Identity.agent("fred"));
        assertThat(departures.told()).isEmpty();
    }

    @Test
    void whoWasDrainedIsToldAsLongAsItIsConnectedAndAWhileAfter() {
        leave("fred");
        time.advance(Duration.ofHours(1));
        departures.forget();
        assertThat(departures.told()).singleElement().satisfies(departure -> assertThat(departure.connected())
                .isTrue());
        assertThat(departures.connected()).hasSize(1);

        departures.disconnected(Identity.agent("fred"));
        departures.forget();
        assertThat(departures.told()).singleElement().satisfies(departure -> assertThat(departure.connected())
                .isFalse());
        time.advance(Duration.ofMinutes(11));
        departures.forget();
        assertThat(departures.told()).isEmpty();
    }

    @Test
    void ofTooManyTheOldestThatAreGoneAreForgottenFirst() {
        leave("drained");
        for (int i = 0; i < 300; i++) {
            time.advance(Duration.ofMillis(1));
            die("a" + i);
        }

        assertThat(departures.told()).hasSize(Departures.MOST);
        assertThat(departures.told().get(0).agent().identity().name()).isEqualTo("a299");
        assertThat(departures.connected()).hasSize(1);
    }
}
