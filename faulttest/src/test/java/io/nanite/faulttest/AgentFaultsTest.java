package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.packet.Verdict;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.transport.QueueInUse;
import io.nanite.faultkit.Child;
import io.nanite.faultkit.LedgerReport;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.OverloadedException;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What agents and mappers do to each other, and what reaches them that should not. */
class AgentFaultsTest {

    @TempDir
    Path folder;

    private Fabric fabric;

    @BeforeEach
    void open(TestBroker broker) {
        fabric = new Fabric(broker);
    }

    @AfterEach
    void close() {
        fabric.close();
    }

    private static void onChannel(TestBroker broker, ChannelTask task) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection("by hand");
                Channel channel = connection.createChannel()) {
            task.on(channel);
        }
    }

    /** Something done by hand. */
    private interface ChannelTask {
        void on(Channel channel) throws Exception;
    }

    @OnRabbitMq
    void anAgentThatIsKilledSixTimesAtWorkLosesNothing(TestBroker broker) throws Exception {
        int port = Fleet.port(broker);
        int jobs = 8_000;
        try (Fleet fleet = new Fleet(folder)) {
            Child victim = fleet.agent("a1", broker, port);
            fleet.agent("a2", broker, port);
            Child mapper = fleet.busyMapper("m1", broker, port, jobs, 2);
            for (int i = 1; i <= 6; i++) {
                fleet.awaitAnswered(jobs / 8);
                fleet.fault("agent kill -9, " + i);
                fleet.kill(victim);
                victim = fleet.agent("a1", broker, port);
            }
            fleet.awaitAnswered(jobs / 8);
            fleet.enough();
            assertThat(mapper.awaitExit(Fleet.PATIENCE)).isZero();
            Awaitility.await()
                    .atMost(Fleet.PATIENCE)
                    .until(() -> LedgerReport.of(folder).lost().isEmpty());
            LedgerReport report = LedgerReport.of(folder);
            System.out.println(report.table());
            assertThat(report.isKept()).isTrue();
            assertThat(report.failed()).isEmpty();
            assertThat(report.submitted()).isGreaterThanOrEqualTo(jobs);
            assertThat(report.recoveries()).allMatch(fault -> fault.allAnswered() != null);
        }
    }

    @OnRabbitMq
    void anAgentThatStandsStillLeavesTheSelectionAndComesBackWhenItGoesOn(TestBroker broker) throws Exception {
        try (Fleet fleet = new Fleet(folder)) {
            Child still = fleet.agent("a1", broker, Fleet.port(broker));
            Mapper mapper = Mapper.start(
                    MapperConfig.named("m1").withAgentTimeout(Duration.ofSeconds(2)),
                    new io.nanite.rabbitmq.RabbitTransport(fabric.login("mapper", "m1")));
            fabric.alsoClose(mapper);
            assertThat(mapper.awaitService("/soak/slow", 1, Fabric.PATIENCE)).isTrue();

            still.stop();
            Awaitility.await().atMost(Fabric.PATIENCE).until(() -> mapper.agents()
                    .isEmpty());
            still.resume();

            assertThat(mapper.awaitService("/soak/slow", 1, Fabric.PATIENCE)).isTrue();
        }
    }

    @OnRabbitMq
    void aRequestThatComesAHundredTimesIsDoneOnceAndAnsweredOnce(TestBroker broker) throws Exception {
        Fabric.Chore chore = new Fabric.Chore();
        fabric.agent("fred", chore);
        Mapper mapper = fabric.mapper("m1", 1);
        Job job = mapper.request("/chore/wait", "once");
        Awaitility.await().atMost(Fabric.PATIENCE).until(() -> chore.executions.get() == 1);
        byte[] same = new JsonSerializer()
                .write(
                        new Request(
                                Service.parse("/chore/wait"),
                                Payload.of("once"),
                                mapper.identity(),
                                job.token(),
                                mapper.identity(),
                                "least_loaded",
                                Identity.agent("fred"),
                                false,
                                Set.of(),
                                false,
                                Metadata.NONE),
                        new Recipient.One(Identity.agent("fred")));
        onChannel(broker, channel -> {
            for (int i = 0; i < 100; i++) {
                channel.basicPublish(
                        "",
                        "nanite-fred",
                        new BasicProperties.Builder()
                                .contentType("application/json")
                                .build(),
                        same);
            }
        });
        chore.gate.countDown();

        assertThat(job.await().values().values()).containsExactly("once");
        // Behind all of them in the queue.
        assertThat(mapper.request(Fabric.ECHO, "last").await().ok()).isTrue();
        assertThat(chore.executions.get()).isEqualTo(2);
        assertThat(mapper.pending()).isZero();
    }

    @OnRabbitMq
    void whatCannotBeReadGoesToTheDeadLettersWithTheReason(TestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore());
        Mapper mapper = fabric.mapper("m1", 1);
        List<String> corpus = List.of(
                "",
                "no packet",
                "{\"type\":\"nonsense\"}",
                "[".repeat(100_000),
                "{\"data\":{\"x\":" + "9".repeat(1_000_000) + "}}",
                "\u001f\u008b\b gzip or not");
        onChannel(broker, channel -> {
            for (String text : corpus) {
                channel.basicPublish(
                        "",
                        "nanite-fred",
                        new BasicProperties.Builder()
                                .contentType("application/json")
                                .build(),
                        text.getBytes(StandardCharsets.ISO_8859_1));
            }
            for (int i = 0; i < corpus.size(); i++) {
                AtomicReference<GetResponse> dead = new AtomicReference<>();
                Awaitility.await().atMost(Fabric.PATIENCE).until(() -> {
                    dead.set(channel.basicGet("dead-letter", true));
                    return dead.get() != null;
                });
                assertThat(dead.get().getProps().getHeaders()).containsKey("x-reason");
                assertThat(String.valueOf(dead.get().getProps().getHeaders().get("x-reason")))
                        .startsWith("unreadable: ");
            }
        });
        assertThat(mapper.request(Fabric.ECHO, "still here").await().ok()).isTrue();
    }

    @OnRabbitMq
    void aPacketOfMoreThanEightMebibytesIsRefusedBeforeItIsSent(TestBroker broker) throws Exception {
        Fabric.Chore chore = new Fabric.Chore();
        fabric.agent("fred", chore);
        Mapper mapper = fabric.mapper("m1", 1);
        Job small = mapper.request("/chore/wait", "in flight");

        Outcome refused =
                mapper.request(Fabric.ECHO, "x".repeat(9 << 20)).await().single();

        assertThat(refused.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(refused.toString()).contains("BadPayload", "8388608");
        chore.gate.countDown();
        assertThat(small.await().ok()).isTrue();
        assertThat(chore.executions.get()).isOne();
    }

    @OnRabbitMq
    void aMapperThatIsFloodedRefusesAtOnce(TestBroker broker) throws Exception {
        Fabric.Chore chore = new Fabric.Chore();
        fabric.agent("fred", chore);
        int most = 1_000;
        Mapper mapper = fabric.mapper(MapperConfig.named("m1").withMaxPending(most), fabric.login("mapper", "m1"), 1);
        List<Job> accepted = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            accepted.add(mapper.request("/chore/wait", i));
        }
        int flood = 50_000;
        long before = System.nanoTime();
        for (int i = 0; i < flood; i++) {
            Job refused = mapper.request("/chore/wait", i);
            assertThat(refused.isDone()).isTrue();
        }
        assertThat(Duration.ofNanos((System.nanoTime() - before) / flood)).isLessThan(Duration.ofMillis(1));
        assertThatThrownBy(() -> mapper.request("/chore/wait", "more")
                        .outcomes()
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(OverloadedException.class);
        assertThat(mapper.pending()).isEqualTo(most);

        chore.gate.countDown();
        for (Job job : accepted) {
            assertThat(job.await().ok()).isTrue();
        }
    }

    @OnRabbitMq
    void theSecondOfOneNameIsRefusedAndTheFirstGoesOn(TestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore());
        Mapper mapper = fabric.mapper("m1", 1);

        assertThatThrownBy(() -> fabric.agent("fred", new Fabric.Chore()))
                .isInstanceOf(QueueInUse.class)
                .hasMessageContaining("nanite-fred");
        assertThatThrownBy(() -> fabric.mapper("m1", 1))
                .isInstanceOf(QueueInUse.class)
                .hasMessageContaining("mapper-m1");

        assertThat(mapper.request(Fabric.ECHO, "first").await().values().values())
                .containsExactly("first");
    }

    @OnRabbitMq
    void aResultFromNobodyWhoWasAskedIsCountedAndDropped(TestBroker broker) throws Exception {
        Fabric.Chore chore = new Fabric.Chore();
        fabric.agent("fred", chore);
        Mapper mapper = fabric.mapper("m1", 1);
        Job job = mapper.request("/chore/wait", "mine");
        JsonSerializer serializer = new JsonSerializer();
        Identity stranger = Identity.agent("stranger");
        onChannel(broker, channel -> {
            for (int i = 0; i < 20_000; i++) {
                io.nanite.core.packet.Result forged = new io.nanite.core.packet.Result(
                        i == 0 ? job.token() : TokenSource.secure().next(),
                        mapper.identity(),
                        stranger,
                        Outcome.success("forged"),
                        0);
                channel.basicPublish(
                        "reply",
                        mapper.identity().value(),
                        new BasicProperties.Builder()
                                .contentType("application/json")
                                .build(),
                        serializer.write(forged, new Recipient.One(mapper.identity())));
            }
        });
        assertThat(mapper.request(Fabric.ECHO, "behind them").await().ok()).isTrue();
        assertThat(job.isDone()).isFalse();
        chore.gate.countDown();
        assertThat(job.await(Duration.ofNanos(TimeUnit.MINUTES.toNanos(1)))
                        .values()
                        .values())
                .containsExactly("mine");
    }
}
