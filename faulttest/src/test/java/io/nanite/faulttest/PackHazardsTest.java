package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.GetResponse;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Outcome;
import io.nanite.core.transport.Pack;
import io.nanite.faultkit.Child;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.Outcomes;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent that dies in the middle of many quick jobs, with those that lay beside the one that killed it: in one message
 * with it, or each alone.
 */
class PackHazardsTest {

    private static final String QUEUE = "nanite-a1";
    private static final int DEADLY = 13;

    @TempDir
    Path folder;

    @OnRabbitMq
    void packsWhoseAgentDiesHalfWayAreAnsweredOnceForEachPacket(TestBroker broker) throws Exception {
        dyingHalfWay(broker, true);
    }

    @OnRabbitMq
    void jobsWhoseAgentDiesHalfWayAreAnsweredOnceEach(TestBroker broker) throws Exception {
        dyingHalfWay(broker, false);
    }

    @OnRabbitMq
    void onePoisonousPacketInAPackIsParkedAlone(TestBroker broker) throws Exception {
        poisoned(broker, true);
    }

    @OnRabbitMq
    void onePoisonousJobAmongManyIsParkedAlone(TestBroker broker) throws Exception {
        poisoned(broker, false);
    }

    /** Between two lives its mapper takes what the dead one left, and sends it to the next. */
    @OnRabbitMq
    void aDeadlyJobIsBegunFourTimesAlsoWhereItsQueueIsTaken(TestBroker broker) throws Exception {
        try (Daemons daemons = new Daemons(folder, broker)) {
            Child life = daemons.agent("a1");
            Mapper mapper = daemons.mapper(1);
            Job deadly = mapper.request("/hazard/deadly", Daemons.work(folder, DEADLY));

            while (ends(life, deadly)) {
                life = daemons.life("a1");
            }

            assertThat(((Outcome.Failure) deadly.await().single()).kind()).isEqualTo("Poisoned");
            assertThat(Daemons.notes(folder, "begun")).as("begun").hasSize(4);
            assertThat(life.isAlive()).isTrue();
        }
    }

    private void dyingHalfWay(TestBroker broker, boolean packing) throws Exception {
        try (Daemons daemons = new Daemons(folder, broker)) {
            Child first = agent(daemons, packing);
            Mapper mapper = daemons.mapper(1, packing, false);
            List<Job> jobs = leftByADeadAgent(broker, folder, first, mapper, "/hazard/once", packing);
            AtomicInteger completions = new AtomicInteger();
            for (Job job : jobs) {
                var unused = job.outcomes().whenComplete((outcomes, error) -> completions.incrementAndGet());
            }

            Child second = life(daemons, packing);
            second.awaitExit(Daemons.PATIENCE);
            agent(daemons, packing);

            for (int i = 0; i < jobs.size(); i++) {
                assertThat(jobs.get(i).await().values()).hasToString("{a1=" + i + "}");
            }
            // Behind everything that the mapper may still be told, and on the thread that counts.
            assertThat(mapper.request("/hazard/echo", 1).outcomes().toCompletableFuture())
                    .succeedsWithin(Daemons.PATIENCE)
                    .matches(Outcomes::ok);
            assertThat(completions).as("completions").hasValue(jobs.size());
            assertThat(mapper.pending()).isZero();
            List<String> begun = Daemons.notes(folder, "begun");
            System.out.printf("%d jobs, %s: begun %d times%n", jobs.size(), how(packing), begun.size());
            assertThat(begun).as("begun").contains("32").hasSizeLessThanOrEqualTo(2 * jobs.size());
        }
    }

    private void poisoned(TestBroker broker, boolean packing) throws Exception {
        try (Daemons daemons = new Daemons(folder, broker)) {
            Child first = agent(daemons, packing);
            Mapper mapper = daemons.mapper(1, packing, false);
            List<Job> jobs = leftByADeadAgent(broker, folder, first, mapper, "/hazard/deadly", packing);
            Job deadly = jobs.get(DEADLY);

            Child life = life(daemons, packing);
            int lives = 1;
            while (ends(life, deadly)) {
                life = life(daemons, packing);
                lives++;
            }

            System.out.printf("a job that kills its process, %s: %d lives%n", how(packing), lives);
            for (int i = 0; i < jobs.size(); i++) {
                Outcomes outcomes = jobs.get(i).await();
                if (i == DEADLY) {
                    assertThat(((Outcome.Failure) outcomes.single()).kind()).isEqualTo("Poisoned");
                } else {
                    assertThat(outcomes.values()).hasToString("{a1=" + i + "}");
                }
            }
            assertThat(Daemons.notes(folder, "begun")).as("begun").hasSize(4);
            assertThat(life.isAlive()).isTrue();
            ByHand.on(broker, channel -> {
                Awaitility.await().atMost(Daemons.PATIENCE).until(() -> channel.messageCount("dead-letter") > 0);
                GetResponse dead = channel.basicGet("dead-letter", true);
                assertThat(dead.getProps().getMessageId())
                        .isEqualTo(deadly.token().value());
                assertThat(String.valueOf(dead.getProps().getHeaders().get("x-reason")))
                        .startsWith("Poisoned: ");
                assertThat(channel.messageCount("dead-letter")).isZero();
            });
        }
    }

    private static String how(boolean packing) {
        return packing ? "in a pack" : "each alone";
    }

    /** Whether the process ends; not, if the job does first. */
    private static boolean ends(Child life, Job job) {
        Awaitility.await().atMost(Daemons.PATIENCE).until(() -> !life.isAlive() || job.isDone());
        return !job.isDone();
    }

    private static Child agent(Daemons daemons, boolean packing) throws InterruptedException {
        return packing ? daemons.agent("a1") : daemons.agent("a1", "--no-packs");
    }

    /** One that may end before it is there. */
    private static Child life(Daemons daemons, boolean packing) {
        return packing ? daemons.life("a1") : daemons.life("a1", "--no-packs");
    }

    /**
     * Asks for 64 jobs, numbered, which lie in the queue of an agent that is dead when this returns: in one message, or each
     * in its own.
     */
    private static List<Job> leftByADeadAgent(
            TestBroker broker, Path folder, Child agent, Mapper mapper, String service, boolean packing)
            throws Exception {
        agent.stop();
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < Pack.MOST_PACKETS; i++) {
            jobs.add(mapper.request(service, Daemons.work(folder, i)));
        }
        ByHand.on(broker, channel -> {
            agent.kill();
            List<Bytes> bodies = new ArrayList<>();
            Awaitility.await().atMost(Daemons.PATIENCE).until(() -> {
                GetResponse next = channel.basicGet(QUEUE, true);
                if (next != null) {
                    bodies.add(Bytes.of(next.getBody()));
                }
                return bodies.size() == jobs.size();
            });
            if (packing) {
                ByHand.publish(channel, "", QUEUE, Pack.CONTENT_TYPE, Pack.write(ByHand.JSON, bodies));
            } else {
                for (Bytes body : bodies) {
                    ByHand.publish(channel, "", QUEUE, ByHand.JSON, body.array());
                }
            }
        });
        return jobs;
    }
}
