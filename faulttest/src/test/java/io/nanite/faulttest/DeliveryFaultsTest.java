package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.nanite.agent.Agent;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportException;
import io.nanite.core.transport.TransportListener;
import io.nanite.faultkit.Child;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.EmbeddedTestBroker;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.RabbitTestBroker;
import io.nanite.testkit.broker.TestBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker can do to deliveries and those who wait for them. */
class DeliveryFaultsTest {

    private static final Identity FULL = Identity.agent("full");

    /** What is made two thousand times, and taken away again, may take its time. */
    private static final Duration MANY_PATIENCE = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    private final List<Fabric> fabrics = new ArrayList<>();

    @AfterEach
    void close() {
        fabrics.forEach(Fabric::close);
    }

    private Fabric fabric(TestBroker broker) {
        Fabric fabric = new Fabric(broker);
        fabrics.add(fabric);
        return fabric;
    }

    private static Parcel parcel(String body) {
        return new Parcel(Address.workOf(FULL), Bytes.of(body), "text/plain", body, true, false, Map.of());
    }

    private static String body(BlockingQueue<Delivery.Part> parts) throws InterruptedException {
        Delivery.Part part = parts.poll(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(part).as("something delivered").isNotNull();
        part.settle();
        return part.body().utf8();
    }

    @OnRabbitMq(own = true)
    void aJobThatTakesLongerThanTheBrokerWaitsForItsAckIsDoneOnceAndAnswered(RabbitTestBroker broker) throws Exception {
        broker.rabbitmqctl(
                "eval",
                "application:set_env(rabbit, consumer_timeout, 2000),"
                        + " application:set_env(rabbit, channel_tick_interval, 500).");
        Fabric fabric = fabric(broker);
        Fabric.Chore chore = new Fabric.Chore();
        Agent agent = fabric.agent("fred", chore);
        Mapper mapper = fabric.mapper("m1", 1);
        Job job = mapper.request("/chore/wait", "long");

        // The broker closes the channel, and delivers it again on the next.
        Awaitility.await().atMost(Fabric.PATIENCE).until(() -> agent.tally().repeated() >= 1);
        assertThat(job.isDone()).isFalse();
        chore.gate.countDown();

        assertThat(job.await().values().values()).containsExactly("long");
        assertThat(chore.executions).hasValue(1);
    }

    private static void limitToOne(TestBroker broker) {
        ((RabbitTestBroker) broker)
                .rabbitmqctl(
                        "set_policy",
                        "-p",
                        broker.vhost(),
                        "--apply-to",
                        "queues",
                        "full",
                        "^" + FULL.value() + "$",
                        "{\"max-length\":1,\"overflow\":\"reject-publish\"}");
    }

    @OnRabbitMq
    void whatTheBrokerRefusesIsSentAgainUnderItsTokenUntilItIsTaken(TestBroker broker) throws Exception {
        limitToOne(broker);
        BlockingQueue<Delivery.Part> parts = new LinkedBlockingQueue<>();
        RabbitTransport transport = new RabbitTransport(fabric(broker).login("mapper", "m1"));
        fabrics.get(0).alsoClose(transport);
        transport.start(new TransportListener() {});
        transport.subscribe(Source.work(FULL, 1), delivery -> parts.addAll(delivery.parts()));
        transport.publish(parcel("delivered")).get(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Awaitility.await().atMost(Fabric.PATIENCE).until(() -> parts.size() == 1);
        transport.publish(parcel("ready")).get(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS);

        // Refused at 0, 50, 150 and 350 ms.
        CompletableFuture<PublishReceipt> refused = transport.publish(parcel("refused"));
        assertThat(refused).failsWithin(Duration.ofMillis(400));

        assertThat(body(parts)).isEqualTo("delivered");
        assertThat(refused).succeedsWithin(Fabric.PATIENCE).isInstanceOf(PublishReceipt.Confirmed.class);
        assertThat(body(parts)).isEqualTo("ready");
        assertThat(body(parts)).isEqualTo("refused");
        transport.publish(parcel("next")).get(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(body(parts)).as("nothing came twice").isEqualTo("next");
    }

    @OnRabbitMq
    void whoDoesNotListenToRefusalsLosesWhatIsRefused(TestBroker broker) throws Exception {
        limitToOne(broker);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection("naive");
                Channel channel = connection.createChannel()) {
            channel.queueDeclare(FULL.value(), true, false, false, Map.of("x-queue-type", "classic"));
            channel.confirmSelect();
            for (String body : List.of("first", "second", "third")) {
                channel.basicPublish(
                        "", FULL.value(), new AMQP.BasicProperties(), body.getBytes(StandardCharsets.UTF_8));
            }
            assertThat(channel.waitForConfirms(Fabric.PATIENCE.toMillis())).isFalse();
            assertThat(channel.messageCount(FULL.value())).isEqualTo(1);
        }
    }

    @OnRabbitMq(own = true)
    void aBrokerThatStandsStillIsGivenUpWithinTwoAndAHalfHeartbeatsAndFoundAgain(RabbitTestBroker broker)
            throws Exception {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        RabbitTransport transport = new RabbitTransport(fabric(broker).login("mapper", "m1"));
        fabrics.get(0).alsoClose(transport);
        transport.start(new TransportListener() {
            @Override
            public void connected() {
                events.add("connected");
            }

            @Override
            public void disconnected(TransportException cause) {
                events.add("disconnected");
            }
        });
        BlockingQueue<Delivery.Part> parts = new LinkedBlockingQueue<>();
        transport.subscribe(Source.work(FULL, 1), delivery -> parts.addAll(delivery.parts()));
        assertThat(events.poll(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("connected");
        String pid = broker.rabbitmqctl("eval", "os:getpid().").replaceAll("[^0-9]", "");

        CompletableFuture<PublishReceipt> receipt;
        signal("STOP", pid);
        try (OwnTime time = new OwnTime()) {
            long before = time.nanos();
            receipt = transport.publish(parcel("patient"));
            assertThat(events.poll(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo("disconnected");
            assertThat(time.since(before))
                    .isLessThanOrEqualTo(Fabric.HEARTBEAT.multipliedBy(5).dividedBy(2));
        } finally {
            signal("CONT", pid);
        }

        assertThat(events.poll(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("connected");
        assertThat(receipt).succeedsWithin(Fabric.PATIENCE).isInstanceOf(PublishReceipt.Confirmed.class);
        assertThat(body(parts)).isEqualTo("patient");
    }

    private static void signal(String name, String pid) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, pid).inheritIO().start();
        assertThat(kill.waitFor()).isZero();
    }

    @OnRabbitMq
    void aThousandMappersThatAreKilledLeaveNoQueueBehind(TestBroker broker) throws Exception {
        RabbitTestBroker rabbit = (RabbitTestBroker) broker;
        // As the provisioner sets it, for seconds instead of a day.
        rabbit.rabbitmqctl(
                "set_policy",
                "-p",
                broker.vhost(),
                "--apply-to",
                "queues",
                "nanite-expiry",
                "^mapper-(?!offline$)",
                "{\"expires\":5000}");
        Fabric fabric = fabric(broker);
        fabric.agent("fred", new Fabric.Chore());
        Mapper mapper = fabric.mapper("m1", 1);
        List<String> baseline = queues(rabbit);
        try (Fleet fleet = new Fleet(folder)) {
            Child many = fleet.start("many", ManyMappers.class.getName(), broker, Fleet.port(broker));
            many.awaitLine("soak-many ready", MANY_PATIENCE);
            assertThat(queues(rabbit)).hasSize(baseline.size() + 2 * ManyMappers.MAPPERS);
            many.kill();

            Awaitility.await()
                    .atMost(MANY_PATIENCE)
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(queues(rabbit)).containsExactlyElementsOf(baseline));
        }
        assertThat(mapper.request(Fabric.ECHO, "unaffected").await().ok()).isTrue();
    }

    private static List<String> queues(RabbitTestBroker broker) {
        return broker.rabbitmqctl("list_queues", "-p", broker.vhost(), "--silent", "name")
                .lines()
                .sorted()
                .toList();
    }

    @Test
    void anEmbeddedBrokerThatIsStoppedAndStartedLosesNothingThatItConfirmedAndNoRequest() throws Exception {
        int each = 300;
        try (EmbeddedTestBroker broker = EmbeddedTestBroker.durable()) {
            broker.start();
            Fabric fabric = fabric(broker);
            Fabric.Chore chore = new Fabric.Chore();
            fabric.agent("fred", chore);
            Mapper mapper = fabric.mapper("m1", 1);
            List<Job> jobs = new ArrayList<>();
            List<CompletableFuture<?>> pushes = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                jobs.add(mapper.request(Fabric.ECHO, i));
                pushes.add(mapper.push(Fabric.ECHO, i, io.nanite.mapper.CallOptions.DEFAULT.withPersistent(true))
                        .toCompletableFuture());
                if (i == each / 2) {
                    broker.restart();
                }
            }
            for (int i = 0; i < each; i++) {
                assertThat(jobs.get(i).await().values().values()).containsExactly(i);
                assertThat(pushes.get(i)).succeedsWithin(Fabric.PATIENCE);
            }
            Awaitility.await().atMost(Fabric.PATIENCE).until(() -> chore.executions.get() >= 2 * each);
            fabric.close();
            fabrics.clear();
        }
    }
}
