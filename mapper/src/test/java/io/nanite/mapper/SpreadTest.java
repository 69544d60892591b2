package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.mapper.selector.Candidate;
import io.nanite.mapper.selector.Selectors;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.ManualLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How evenly work is spread between two pings, in simulated time: what a job takes is counted, not waited for. */
class SpreadTest {

    private static final int JOBS = 10_000;
    private static final int IN_FLIGHT = 32;

    /** What {@link HandAgent} says of itself. */
    private static final int SLOTS = 4;

    private static final String WORK = "/simple/work";

    /** The original's rule: whoever reported the lowest status, until it reports again. */
    private static final String AS_REPORTED = "as_reported";

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final List<Worker> workers = new ArrayList<>();
    private final Mapper mapper = Mapper.with(MapperConfig.named("m1"))
            .loop(loop)
            .selectors(Selectors.standard(new SplittableRandom(4)).with(AS_REPORTED, (demand, able) -> able.stream()
                    .min(Comparator.comparingDouble(
                            (Candidate one) -> one.status().load()))
                    .map(List::of)
                    .orElseThrow()))
            .start(broker.transport("mapper"));

    /** An agent whose jobs all take equally long, as many at once as it has slots. */
    private static final class Worker {

        private final HandAgent agent;
        private final long millis;
        private int running;
        private int done;

        Worker(HandAgent agent, long millis) {
            this.agent = agent;
            this.millis = millis;
        }
    }

    private record Finish(long at, Worker worker) {}

    @AfterEach
    void close() {
        mapper.close();
        workers.forEach(worker -> worker.agent.close());
    }

    private void worker(String name, double load, long millis) {
        HandAgent agent = new HandAgent(broker, name).offering(WORK).register(load);
        loop.run();
        workers.add(new Worker(agent, millis));
    }

    /** Has all jobs done, always so many in flight, without a single ping; returns how many milliseconds it took. */
    private long makespan(String selector) {
        CallOptions options = CallOptions.DEFAULT.withSelector(selector);
        PriorityQueue<Finish> finishes = new PriorityQueue<>(Comparator.comparingLong(Finish::at));
        long now = 0;
        int asked = 0;
        int done = 0;
        while (done < JOBS) {
            for (; asked < JOBS && asked - done < IN_FLIGHT; asked++) {
                mapper.request(WORK, asked, options);
            }
            for (Worker worker : workers) {
                while (worker.running < SLOTS && worker.running < worker.agent.work.size()) {
                    worker.running++;
                    finishes.add(new Finish(now + worker.millis, worker));
                }
            }
            Finish next = finishes.remove();
            now = next.at();
            next.worker().running--;
            next.worker().done++;
            next.worker().agent.answer("done");
            done++;
        }
        return now;
    }

    private Map<String, Integer> shares() {
        Map<String, Integer> shares = new LinkedHashMap<>();
        workers.forEach(worker -> shares.put(worker.agent.identity.name(), worker.done));
        return shares;
    }

    private void assertFair() {
        assertThat(shares().values())
                .allSatisfy(share -> assertThat(share).isLessThanOrEqualTo(JOBS / workers.size() * 13 / 10));
    }

    private void fourOfEqualSize() {
        // Between two pings one of them looks a little better than the others.
        worker("a1", 0.30, 10);
        worker("a2", 0.31, 10);
        worker("a3", 0.35, 10);
        worker("a4", 0.40, 10);
    }

    @Test
    void betweenTwoPingsNoneOfFourEqualAgentsGetsMuchMoreThanItsShare() {
        fourOfEqualSize();

        makespan(Selectors.LEAST_LOADED);

        assertFair();
    }

    @Test
    void theRuleOfTheOriginalWouldGiveEverythingToOne() {
        fourOfEqualSize();

        makespan(AS_REPORTED);

        assertThat(shares()).containsEntry("a1", JOBS);
        assertThatThrownBy(this::assertFair).isInstanceOf(AssertionError.class);
    }

    @Test
    void anAgentFourTimesSlowerGetsAsMuchLess() {
        worker("fast1", 0.3, 10);
        worker("fast2", 0.3, 10);
        worker("fast3", 0.3, 10);
        worker("slow", 0.3, 40);
        double ideal = JOBS / (3 * SLOTS / 10.0 + SLOTS / 40.0);

        long took = makespan(Selectors.LEAST_LOADED);

        assertThat((double) took).isLessThanOrEqualTo(ideal * 1.15);
    }
}
