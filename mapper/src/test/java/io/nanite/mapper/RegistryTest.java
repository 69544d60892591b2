package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RegistryTest {

    private static final Service ONE = new Service("/s/one");
    private static final Service TWO = new Service("/s/two");
    private static final Set<String> BLUE = Set.of("blue");

    private final Registry registry = new Registry();

    private AgentEntry put(String name, Set<String> tags, Service... services) {
        AgentEntry agent = new AgentEntry(
                Identity.agent(name),
                Arrays.stream(services).collect(Collectors.toUnmodifiableSet()),
                tags,
                Status.of(0.5),
                Vitals.UNKNOWN,
                0);
        registry.put(agent);
        return agent;
    }

    private void suspect(AgentEntry agent, boolean isSuspect) {
        if (isSuspect) {
            agent.suspect(0);
        } else {
            agent.heardAt(0);
        }
        registry.changed(agent);
    }

    @Test
    void whoComesAndGoesIsSeenByTheNextWhoAsksAlsoForTags() {
        AgentEntry fred = put("fred", BLUE, ONE);
        assertThat(registry.able(ONE, BLUE)).containsExactly(fred);

        AgentEntry bob = put("bob", BLUE, ONE);
        assertThat(registry.able(ONE, BLUE)).containsExactly(fred, bob);
        assertThat(registry.ready(ONE, Set.of())).containsExactly(fred, bob);

        assertThat(registry.remove(fred)).isTrue();
        assertThat(registry.able(ONE, BLUE)).containsExactly(bob);
        assertThat(registry.remove(fred)).isFalse();
        registry.remove(bob);
        assertThat(registry.able(ONE, BLUE)).isEmpty();
        assertThat(registry.services()).isEmpty();
    }

    @Test
    void aSuspectIsAbleAndNotReadyUntilItSpeaks() {
        AgentEntry fred = put("fred", BLUE, ONE);
        AgentEntry bob = put("bob", Set.of(), ONE);
        assertThat(registry.ready(ONE, BLUE)).containsExactly(fred);

        suspect(fred, true);
        assertThat(registry.ready(ONE, Set.of())).containsExactly(bob);
        assertThat(registry.ready(ONE, BLUE)).isEmpty();
        assertThat(registry.able(ONE, BLUE)).containsExactly(fred);

        suspect(fred, false);
        assertThat(registry.ready(ONE, BLUE)).containsExactly(fred);
    }

    @Test
    void anAgentThatOffersSomethingElseIsFoundUnderThatAlone() {
        put("fred", Set.of(), ONE);
        AgentEntry anew = put("fred", Set.of(), TWO);

        assertThat(registry.able(ONE, Set.of())).isEmpty();
        assertThat(registry.able(TWO, Set.of())).containsExactly(anew);
        assertThat(registry.services()).containsOnlyKeys(TWO);
    }

    @Test
    void whatARequestHasReadDoesNotChangeUnderIt() {
        put("fred", Set.of(), ONE);
        List<AgentEntry> read = registry.able(ONE, Set.of());
        put("bob", Set.of(), ONE);
        assertThat(read).hasSize(1);
    }

    @Test
    void tagsThatSomebodyMakesUpAreAnsweredAndNotAllRemembered() {
        AgentEntry fred = put("fred", BLUE, ONE);
        for (int i = 0; i < 1_000; i++) {
            assertThat(registry.able(ONE, Set.of("made up " + i))).isEmpty();
        }
        assertThat(registry.able(ONE, BLUE)).containsExactly(fred);
    }
}
