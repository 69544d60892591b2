package io.nanite.mapper.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is chosen, among candidates whose figures a test sets. */
class SelectorsTest {

    private static final Demand ECHO = new Demand(new Service("/simple/echo"), Set.of());

    private final Selectors selectors = Selectors.standard(new Random(42));

    /** A candidate that remembers what it was given, as a mapper's entry does. */
    private static final class Seat implements Candidate {

        private final Identity identity;
        private final Status status;
        private final int slots;
        private int inFlight;
        private int sent;

        Seat(String name, double load, int slots) {
            this.identity = Identity.agent(name);
            this.status = Status.of(load);
            this.slots = slots;
        }

        @Override
        public Identity identity() {
            return identity;
        }

        @Override
        public Status status() {
            return status;
        }

        @Override
        public Set<String> tags() {
            return Set.of();
        }

        @Override
        public int slots() {
            return slots;
        }

        @Override
        public int inFlight() {
            return inFlight;
        }

        @Override
        public int sentSinceStatus() {
            return sent;
        }
    }

    private Selector named(String name) {
        return selectors.named(name).orElseThrow();
    }

    private static List<Seat> seats(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Seat("a" + i, 0.5, 20))
                .toList();
    }

    @Test
    void leastLoadedSpreadsAnsweredWorkBetweenTwoPings() {
        List<Seat> four = List.of(
                new Seat("a", 0.50, 20), new Seat("b", 0.51, 20), new Seat("c", 0.52, 20), new Seat("d", 0.49, 20));
        Map<Seat, Integer> given = new HashMap<>();

        for (int i = 0; i < 10_000; i++) {
            Seat chosen = (Seat) named("least_loaded").select(ECHO, four).get(0);
            chosen.sent++; // answered at once: nothing stays in flight
            given.merge(chosen, 1, Integer::sum);
        }

        assertThat(given.values()).allSatisfy(count -> assertThat(count).isBetween(1_750, 3_250));
    }

    @Test
    void theRuleOfTheOriginalGivesAllOfItToOne() {
        // The twin of the test above: only the reported status counts.
        List<Seat> four = List.of(
                new Seat("a", 0.50, 20), new Seat("b", 0.51, 20), new Seat("c", 0.52, 20), new Seat("d", 0.49, 20));
        Selector reported = (demand, able) -> List.of(able.stream()
                .min((one, other) ->
                        Double.compare(one.status().load(), other.status().load()))
                .orElseThrow());
        Map<Candidate, Integer> given = new HashMap<>();

        for (int i = 0; i < 10_000; i++) {
            given.merge(reported.select(ECHO, four).get(0), 1, Integer::sum);
        }

        assertThat(given).hasSize(1);
    }

    @Test
    void anAgentWithMoreSlotsGetsMore() {
        Seat small = new Seat("small", 0.5, 5);
        Seat large = new Seat("large", 0.5, 15);

        for (int i = 0; i < 200; i++) {
            Seat chosen = (Seat)
                    named("least_loaded").select(ECHO, List.of(small, large)).get(0);
            chosen.inFlight++;
            chosen.sent++;
        }

        assertThat(large.inFlight).isBetween(145, 155);
        assertThat(small.inFlight).isBetween(45, 55);
    }

    @Test
    void amongManyTheBestOfAHandfulIsNeverTheWorst() {
        List<Candidate> many = new ArrayList<>(seats(1_000));
        Seat idle = new Seat("idle", 0.0, 20);
        Seat drowned = new Seat("drowned", 1_000.0, 20);
        many.set(500, idle);
        many.set(700, drowned);

        for (int i = 0; i < 10_000; i++) {
            assertThat(named("least_loaded").select(ECHO, many).get(0)).isNotSameAs(drowned);
        }
    }

    @Test
    void randomReachesEveryone() {
        List<Seat> ten = seats(10);
        Map<Candidate, Integer> given = new HashMap<>();

        for (int i = 0; i < 10_000; i++) {
            given.merge(named("random").select(ECHO, ten).get(0), 1, Integer::sum);
        }

        assertThat(given).hasSize(10);
        assertThat(given.values()).allSatisfy(count -> assertThat(count).isBetween(850, 1_150));
    }

    @Test
    void roundRobinCountsForEachServiceAndSetOfTagsOnItsOwn() {
        List<Seat> three = seats(3);
        Demand tagged = new Demand(new Service("/simple/echo"), Set.of("blue"));
        Selector rr = named("rr");

        List<Candidate> order = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            order.add(rr.select(ECHO, three).get(0));
            order.add(rr.select(tagged, three).get(0));
        }

        assertThat(order)
                .containsExactly(three.get(0), three.get(0), three.get(1), three.get(1), three.get(2), three.get(2));
    }

    @Test
    void allIsEverybody() {
        List<Seat> three = seats(3);

        assertThat(named("all").select(ECHO, three)).isEqualTo(three);
    }

    @Test
    void onlyWhatIsRegisteredHasAName() {
        assertThat(selectors.named("shutdown")).isEmpty();
        Selectors more = selectors.with("first", (demand, able) -> List.of(able.get(0)));
        assertThat(more.named("first")).isPresent();
        assertThat(more.names()).containsExactly("all", "first", "least_loaded", "random", "rr");
    }

    @Test
    void aNameIsTakenOnceAndFollowsTheGrammar() {
        Selector any = (demand, able) -> List.of();

        assertThatThrownBy(() -> selectors.with("all", any)).isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> selectors.with("a b", any)).hasMessageContaining("a b");
    }
}
