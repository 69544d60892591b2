package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Verdict;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Serializer;
import io.nanite.faultkit.Child;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.Outcomes;
import io.nanite.mapper.Pushed;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** Actors that do what actors should not, in processes of their own wherever it costs the process. */
class ActorHazardsTest {

    private static final int INTERNAL = 70;

    @TempDir
    Path folder;

    @OnRabbitMq
    void anActorThatAlwaysThrowsIsTriedOncePerJobAndCostsNoProcessorAfterwards(TestBroker broker) throws Exception {
        try (Daemons daemons = new Daemons(folder, broker)) {
            Child agent = daemons.agent("a1");
            Mapper mapper = daemons.mapper(1);
            int jobs = 200;
            List<Job> requests = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                requests.add(mapper.request("/hazard/fail", Daemons.work(folder, i)));
                mapper.push("/hazard/fail", Daemons.work(folder, jobs + i))
                        .toCompletableFuture()
                        .get();
            }
            for (Job request : requests) {
                Outcome.Failure failure = (Outcome.Failure) request.await().single();
                assertThat(failure.kind()).isEqualTo("IllegalStateException");
            }
            Daemons.awaitNotes(folder, "begun", 2 * jobs);
            assertThat(mapper.request("/hazard/nap", 500).await().ok()).isTrue();
            long before = cpu(agent);
            long asked = System.nanoTime();

            assertThat(mapper.request("/hazard/nap", 2_000).await().ok()).isTrue();

            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
            long share = (cpu(agent) - before) * 100 / took;
            System.out.println("processor of an agent whose actor has thrown 400 times, in %%: %d".formatted(share));
            assertThat(share).isLessThan(20);
            assertThat(Daemons.notes(folder, "begun")).hasSize(2 * jobs).doesNotHaveDuplicates();
        }
    }

    /** In milliseconds. */
    private static long cpu(Child process) {
        return ProcessHandle.of(process.pid())
                .flatMap(handle -> handle.info().totalCpuDuration())
                .orElseThrow()
                .toMillis();
    }

    @OnRabbitMq
    void aThousandJobsThatBlockDoNotDelayThePings(TestBroker broker) throws Exception {
        Duration pingTime = Duration.ofMillis(500);
        int slots = 64;
        int blockers = 1_000;
        try (Fabric fabric = new Fabric(broker);
                OwnTime time = new OwnTime()) {
            Fabric.Chore chore = new Fabric.Chore();
            Agent agent = Agent.start(
                    AgentConfig.named("fred")
                            .withSlots(slots)
                            .withPrefetch(blockers)
                            .withPingTime(pingTime)
                            .withGrace(Duration.ofSeconds(1))
                            .withVirtualThreads(false),
                    new RabbitTransport(fabric.login("nanite", "fred")),
                    new AgentModule() {
                        @Override
                        protected void configure() {
                            actor(chore);
                        }
                    });
            fabric.alsoClose(agent);
            Mapper mapper = fabric.mapper("m1", 1);
            List<Job> jobs = new ArrayList<>();
            for (int i = 0; i < blockers; i++) {
                jobs.add(mapper.request("/chore/wait", i));
            }
            Serializer serializer = new JsonSerializer();
            BlockingQueue<Long> pings = new LinkedBlockingQueue<>();
            ByHand.on(broker, channel -> {
                String queue = channel.queueDeclare().getQueue();
                channel.queueBind(queue, "heartbeat", "");
                channel.basicConsume(
                        queue,
                        true,
                        (tag, delivery) -> {
                            if (serializer.read(Bytes.of(delivery.getBody()), ByHand.JSON) instanceof Ping ping
                                    && ping.vitals().busy() == slots) {
                                pings.add(time.nanos());
                            }
                        },
                        tag -> {});
                Long last = pings.poll(60, TimeUnit.SECONDS);
                long longest = 0;
                for (int i = 0; i < 6; i++) {
                    Long next = pings.poll(60, TimeUnit.SECONDS);
                    assertThat(last).isNotNull();
                    assertThat(next).as("ping %d with every slot taken", i).isNotNull();
                    longest = Math.max(longest, next - last);
                    last = next;
                }
                System.out.println("longest pause between pings with 1,000 jobs that block: %d ms"
                        .formatted(TimeUnit.NANOSECONDS.toMillis(longest)));
                assertThat(Duration.ofNanos(longest)).isLessThan(pingTime.plusSeconds(1));
            });
            assertThat(chore.executions).hasValue(slots);
            chore.gate.countDown();
            for (Job job : jobs) {
                assertThat(job.await().ok()).isTrue();
            }
        }
    }

    @OnRabbitMq
    void aStackThatOverflowsIsTheCallersFailureAndAHeapThatDoesIsTheAgentsEnd(TestBroker broker) throws Exception {
        try (Daemons daemons = new Daemons(folder, broker);
                OwnTime time = new OwnTime()) {
            Child first = daemons.agent("a1");
            Mapper mapper = daemons.mapper(1);
            Outcome.Failure overflow =
                    (Outcome.Failure) mapper.request("/hazard/deep", 0).await().single();
            assertThat(overflow.kind()).isEqualTo("StackOverflowError");
            assertThat(mapper.request("/hazard/echo", 1).await().ok()).isTrue();

            Job job = mapper.request("/hazard/memory", Daemons.work(folder, 1));
            Daemons.awaitNotes(folder, "begun", 1);
            long begun = time.nanos();
            assertThat(first.awaitExit(Daemons.PATIENCE)).isEqualTo(INTERNAL);
            Duration took = time.since(begun);
            System.out.println(
                    "from a job that takes all memory to the end of its agent: %d ms".formatted(took.toMillis()));
            assertThat(took).isLessThan(Duration.ofSeconds(5));

            daemons.agent("a2");
            Outcomes outcomes = job.await();
            assertThat(outcomes.values()).as("the attempt that did it").hasToString("{a2=2}");
            assertThat(Daemons.notes(folder, "begun")).hasSize(2);
        }
    }

    @OnRabbitMq
    void whatHasExpiredIsNeverStarted(TestBroker broker) throws Exception {
        try (Fabric fabric = new Fabric(broker)) {
            Fabric.Chore chore = new Fabric.Chore();
            fabric.alsoClose(Agent.start(
                    AgentConfig.named("fred").singleThreaded().withPrefetch(10),
                    new RabbitTransport(fabric.login("nanite", "fred")),
                    new AgentModule() {
                        @Override
                        protected void configure() {
                            actor(chore);
                        }
                    }));
            Mapper mapper = fabric.mapper("m1", 1);
            Job blocker = mapper.request("/chore/wait", "blocks");
            CallOptions brief = CallOptions.DEFAULT.withTimeout(Duration.ofMillis(300));
            List<Job> late = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                late.add(mapper.request("/chore/echo", i, brief));
            }
            Job patient = mapper.request("/chore/echo", "patient");
            for (Job job : late) {
                assertThat(job.await().single().verdict()).isEqualTo(Verdict.TIMEOUT);
            }

            chore.gate.countDown();

            assertThat(blocker.await().ok()).isTrue();
            assertThat(patient.await().ok()).isTrue();
            assertThat(chore.executions).as("the blocker and the patient one").hasValue(2);
        }
    }

    /** What is not taken stays with the broker: 80 MB here, and the agent has a heap of 64. */
    @OnRabbitMq
    void tenThousandJobsThatWaitForASlowAgentDoNotFillItsHeap(TestBroker broker) throws Exception {
        try (Daemons daemons = new Daemons(folder, broker)) {
            Child agent = daemons.agent("a1", "--threadpool", "8");
            Mapper mapper = daemons.mapper(1);
            for (int i = 0; i < 8; i++) {
                mapper.push("/hazard/hold", Daemons.work(folder, i));
            }
            Daemons.awaitNotes(folder, "begun", 8);
            int jobs = 10_000;
            String load = "x".repeat(8 << 10);
            List<CompletableFuture<Pushed>> pushed = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                pushed.add(mapper.push("/hazard/length", load).toCompletableFuture());
            }
            CompletableFuture.allOf(pushed.toArray(CompletableFuture[]::new)).get();
            ByHand.on(broker, channel -> assertThat(
                            channel.queueDeclarePassive("nanite-a1").getMessageCount())
                    .as("waiting at the broker")
                    .isEqualTo(jobs));

            Files.createFile(folder.resolve("end"));

            Outcomes behind = mapper.request("/hazard/length", load).await();
            assertThat(behind.values()).hasToString("{a1=8192}");
            assertThat(agent.isAlive()).isTrue();
        }
    }
}
