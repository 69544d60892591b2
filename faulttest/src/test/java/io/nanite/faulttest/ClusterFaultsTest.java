package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.NaniteException;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Verdict;
import io.nanite.faultkit.rabbit.Definitions;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.Pushed;
import io.nanite.rabbitmq.RabbitConfig.QueueType;
import io.nanite.rabbitmq.RabbitTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cluster of three nodes that loses one, and then two. */
class ClusterFaultsTest {

    /** Three nodes that come up at once on one machine take a while. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final String NOTE = "/notes/take";

    private static Cluster cluster;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Notes notes = new Notes();

    @BeforeAll
    static void start() {
        cluster = Cluster.start();
    }

    @AfterAll
    static void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void everyNodeIsUp() {
        cluster.startAll();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    /** Remembers what it was given. */
    @Actor
    static final class Notes {

        private final Map<Integer, AtomicInteger> taken = new ConcurrentHashMap<>();

        @Expose
        int take(int number) {
            taken.computeIfAbsent(number, first -> new AtomicInteger()).incrementAndGet();
            return number;
        }

        int executions() {
            return taken.values().stream().mapToInt(AtomicInteger::get).sum();
        }
    }

    private void agent(String name, int first, QueueType type) {
        open.add(Agent.start(
                AgentConfig.named(name)
                        .withGrace(Duration.ofSeconds(1))
                        .withPingTime(Duration.ofMillis(500))
                        .withVirtualThreads(false),
                new RabbitTransport(cluster.login("nanite", name, first, type)),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(notes);
                    }
                }));
    }

    private Mapper mapper(String name, int first, int agents, QueueType type) throws InterruptedException {
        Mapper mapper = Mapper.start(
                MapperConfig.named(name).withTimeout(PATIENCE),
                new RabbitTransport(cluster.login("mapper", name, first, type)));
        open.add(mapper);
        assertThat(mapper.awaitService(NOTE, agents, PATIENCE)).isTrue();
        cluster.node(0).settle();
        return mapper;
    }

    /** Requests and pushes that are given away one after the other, so many of them open at once. */
    private static final class Load {

        private static final int WINDOW = 64;

        private final Mapper mapper;
        private final Semaphore room = new Semaphore(WINDOW);
        private final Map<Integer, CompletableFuture<Outcome>> requests = new ConcurrentHashMap<>();
        private final Map<Integer, CompletableFuture<Pushed>> pushes = new ConcurrentHashMap<>();
        private final AtomicInteger next = new AtomicInteger();

        Load(Mapper mapper) {
            this.mapper = mapper;
        }

        /** Every fourth is a push. */
        void give(int many, CallOptions options) throws InterruptedException {
            for (int i = 0; i < many; i++) {
                assertThat(room.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("one of the last %d ends", WINDOW)
                        .isTrue();
                int number = next.getAndIncrement();
                if (number % 4 == 3) {
                    pushes.put(
                            number,
                            ended(mapper.push(NOTE, number, options.withPersistent(true))
                                    .toCompletableFuture()));
                } else {
                    Job job = mapper.request(NOTE, number, options);
                    requests.put(
                            number, ended(job.outcomes().toCompletableFuture()).thenApply(all -> all.single()));
                }
            }
        }

        private <T> CompletableFuture<T> ended(CompletableFuture<T> one) {
            return one.whenComplete((value, error) -> room.release());
        }

        void awaitEnd() throws Exception {
            CompletableFuture.allOf(all().toArray(CompletableFuture[]::new))
                    .handle((all, error) -> "ended")
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        private List<CompletableFuture<?>> all() {
            List<CompletableFuture<?>> all = new ArrayList<>(requests.values());
            all.addAll(pushes.values());
            return all;
        }

        /** What somebody was told is done, or is as safe as that. */
        Set<Integer> promised() {
            Set<Integer> promised = ConcurrentHashMap.newKeySet();
            requests.forEach((number, outcome) -> {
                if (outcome.isDone()
                        && !outcome.isCompletedExceptionally()
                        && outcome.join().ok()) {
                    promised.add(number);
                }
            });
            pushes.forEach((number, pushed) -> {
                if (pushed.isDone() && !pushed.isCompletedExceptionally()) {
                    promised.add(number);
                }
            });
            return promised;
        }
    }

    @Test
    void withOneNodeOfThreeKilledAllWorkIsDone() throws Exception {
        agent("fred", 1, QueueType.QUORUM);
        agent("bob", 0, QueueType.QUORUM);
        Mapper mapper = mapper("one", 0, 2, QueueType.QUORUM);
        Load load = new Load(mapper);

        load.give(500, CallOptions.DEFAULT);
        CompletableFuture<Void> killing = CompletableFuture.runAsync(cluster.node(0)::kill);
        load.give(1_500, CallOptions.DEFAULT);
        killing.join();
        load.awaitEnd();

        assertThat(load.requests.values())
                .allSatisfy(outcome -> assertThat(outcome).isCompletedWithValueMatching(Outcome::ok));
        assertThat(load.pushes.values()).allSatisfy(pushed -> assertThat(pushed).isCompleted());
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(notes.taken.keySet())
                .containsAll(load.promised()));
        assertThat(notes.taken).hasSize(2_000);
    }

    @Test
    void withTwoOfThreeKilledNobodyIsToldThatWorkIsSafeThatIsNot() throws Exception {
        agent("ann", 1, QueueType.QUORUM);
        agent("eve", 0, QueueType.QUORUM);
        Mapper mapper = mapper("two", 0, 2, QueueType.QUORUM);
        Load before = new Load(mapper);
        before.give(200, CallOptions.DEFAULT);
        before.awaitEnd();

        cluster.node(0).kill();
        cluster.node(1).kill();
        Load during = new Load(mapper);
        during.next.set(1_000);
        during.give(48, CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(5)));
        Load waiting = new Load(mapper);
        waiting.next.set(2_000);
        waiting.give(48, CallOptions.DEFAULT);
        during.requests
                .values()
                .forEach(one -> Awaitility.await().atMost(PATIENCE).until(one::isDone));

        assertThat(during.requests.values())
                .allSatisfy(one -> assertThat(typed(one)).isTrue());
        assertThat(during.promised()).isEmpty();

        cluster.startAll();
        during.awaitEnd();
        waiting.awaitEnd();
        assertThat(waiting.requests.values())
                .allSatisfy(one -> assertThat(one.handle((outcome, error) -> error == null && outcome.ok())
                                        .join()
                                || typed(one))
                        .isTrue());

        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(
                        NaniteException.class) // who was away too long is not known until he registers
                .until(() -> mapper.request(NOTE, 9_999, CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(10)))
                        .await()
                        .ok());
        for (Load load : List.of(before, during, waiting)) {
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(notes.taken.keySet())
                    .containsAll(load.promised()));
        }
    }

    private static boolean typed(CompletableFuture<Outcome> one) {
        return one.handle((outcome, error) -> error == null
                        ? outcome.verdict() == Verdict.TIMEOUT || outcome.verdict() == Verdict.LOST
                        : error instanceof NaniteException || error.getCause() instanceof NaniteException)
                .join();
    }

    /** The twin: what a publisher sends and does not wait for is gone with its node, whatever the queue is made of. */
    @Test
    void whoDoesNotWaitForTheBrokersWordLosesWhatHeSent() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setAutomaticRecoveryEnabled(false);
        factory.setUri(cluster.node(0).uri("mapper", Definitions.VHOST));
        int sent = 0;
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1_000);
        try (Connection connection = factory.newConnection("naive")) {
            Channel channel = connection.createChannel();
            channel.queueDeclare("naive", true, false, false, Map.of("x-queue-type", "quorum"));
            cluster.node(0).settle();
            CompletableFuture<Void> killing = CompletableFuture.runAsync(() -> {
                try {
                    begun.await();
                    cluster.node(0).kill();
                    over.set(true);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            byte[] body = new byte[1_000];
            while (!over.get()) {
                channel.basicPublish("", "naive", MessageProperties.PERSISTENT_BASIC, body);
                sent++;
                begun.countDown();
            }
            killing.join();
        } catch (IOException | ShutdownSignalException e) {
            // As it must end: with its node.
        }
        Awaitility.await().atMost(PATIENCE).until(() -> messages(1, "naive") >= 0);

        assertThat(messages(1, "naive")).isLessThan(sent);
    }

    private static int messages(int node, String queue) {
        try {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(cluster.node(node).uri("mapper", Definitions.VHOST));
            try (Connection connection = factory.newConnection("count");
                    Channel channel = connection.createChannel()) {
                return channel.queueDeclarePassive(queue).getMessageCount();
            }
        } catch (Exception e) {
            return -1;
        }
    }
}
