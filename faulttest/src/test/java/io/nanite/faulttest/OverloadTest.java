package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Expose;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** More is asked than can be done. */
class OverloadTest {

    private static final int SLOTS = 16;
    private static final long WORK = TimeUnit.MILLISECONDS.toNanos(20);

    /** As many as the agent can do, and the same again waiting. */
    private static final int PENDING = 2 * SLOTS;

    private static final int GOOD = 1_000;
    private static final int TIMES = 5;

    /** So many jobs are a stretch of which it is counted how long they took. */
    private static final int STRETCH = 50;

    /** Takes its time. */
    static final class Slow {

        @Expose
        void work() {
            LockSupport.parkNanos(this, WORK);
        }
    }

    /** When the jobs ended, one behind the other, on the mapper's callback thread. */
    private static final class Ends {

        private final long[] nanos = new long[GOOD];
        private final AtomicInteger count = new AtomicInteger();

        void add() {
            int next = count.get();
            if (next < GOOD) {
                nanos[next] = System.nanoTime();
                count.set(next + 1);
            }
        }

        int count() {
            return count.get();
        }

        /** In the middle one of all stretches: one in which the machine stood still says nothing of the others. */
        double perSecond() {
            long[] took = new long[GOOD / STRETCH - 1];
            for (int i = 0; i < took.length; i++) {
                took[i] = nanos[(i + 1) * STRETCH] - nanos[i * STRETCH];
            }
            Arrays.sort(took);
            return STRETCH * 1e9 / took[took.length / 2];
        }
    }

    private final Ends good = new Ends();
    private final AtomicInteger refused = new AtomicInteger();

    @OnRabbitMq
    void fiveTimesTooMuchIsRefusedAtOnceAndTheRestIsDoneAsFastAsEver(TestBroker broker) throws Exception {
        try (Fabric fabric = new Fabric(broker);
                OwnTime time = new OwnTime()) {
            Fabric.Chore chore = new Fabric.Chore();
            fabric.alsoClose(Agent.start(
                    AgentConfig.named("fred").withSlots(SLOTS).withVirtualThreads(false),
                    new RabbitTransport(fabric.login("nanite", "fred")),
                    new AgentModule() {
                        @Override
                        protected void configure() {
                            actor(chore);
                            actor(new Slow());
                        }
                    }));
            Mapper mapper =
                    fabric.mapper(MapperConfig.named("m1").withMaxPending(PENDING), fabric.login("mapper", "m1"), 1);
            double able = asMuchAsItCan(mapper);

            long pause = (long) (1e9 / (able * TIMES));
            long start = System.nanoTime();
            long slowestRefusal = 0;
            long asked = 0;
            while (good.count() < GOOD) {
                // As many as are due by now, whatever the machine does meanwhile.
                for (long due = (System.nanoTime() - start) / pause; asked < due; asked++) {
                    slowestRefusal = Math.max(slowestRefusal, ask(mapper, time));
                }
                LockSupport.parkNanos(pause);
            }
            double done = good.perSecond();

            System.out.printf(
                    "asked %d times for what it can do: %.0f/s done instead of %.0f/s, %d of %d refused, slowest %d ms%n",
                    TIMES, done, able, refused.get(), asked, slowestRefusal / 1_000_000);
            assertThat(refused.get()).as("refused of %d", asked).isGreaterThan((int) (asked / 2));
            assertThat(Duration.ofNanos(slowestRefusal)).isLessThan(Duration.ofSeconds(1));
            assertThat(done / able).as("of what it did before").isGreaterThan(0.5);
        }
    }

    /** Never more at once than may wait: jobs per second. */
    private static double asMuchAsItCan(Mapper mapper) throws InterruptedException {
        CountDownLatch left = new CountDownLatch(GOOD);
        Ends ends = new Ends();
        for (int i = 0; i < PENDING; i++) {
            again(mapper, left, ends);
        }
        assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
        while (mapper.pending() > 0) {
            Thread.onSpinWait();
        }
        return ends.perSecond();
    }

    private static void again(Mapper mapper, CountDownLatch left, Ends ends) {
        var unused = mapper.request("/slow/work", null).outcomes().whenComplete((outcomes, error) -> {
            ends.add();
            left.countDown();
            if (left.getCount() > 0) {
                again(mapper, left, ends);
            }
        });
    }

    /** How long the answer took, if it was a refusal. */
    private long ask(Mapper mapper, OwnTime time) {
        long before = time.nanos();
        Job job = mapper.request("/slow/work", null);
        boolean now = job.isDone();
        long took = time.nanos() - before;
        if (now) {
            refused.incrementAndGet();
            return took;
        }
        var unused = job.outcomes().whenComplete((outcomes, error) -> good.add());
        return 0;
    }
}
