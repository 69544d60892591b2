package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportException;
import io.nanite.core.transport.TransportListener;
import io.nanite.faultkit.Fault;
import io.nanite.faultkit.FaultProxy;
import io.nanite.faultkit.FaultProxy.Direction;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a network can do to a link. */
class LinkFaultsTest {

    private static final Duration QUIET = Duration.ofSeconds(60);

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private Fabric fabric;
    private FaultProxy link;

    @BeforeEach
    void open(TestBroker broker) {
        fabric = new Fabric(broker);
        link = FaultProxy.before("127.0.0.1", Fleet.port(broker));
    }

    @AfterEach
    void close() {
        fabric.close();
        link.close();
    }

    private RabbitTransport start(RabbitConfig config) {
        RabbitTransport transport = new RabbitTransport(config);
        fabric.alsoClose(transport);
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
        return transport;
    }

    private void expect(String event) throws InterruptedException {
        assertThat(events.poll(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(event);
    }

    private RabbitConfig login() {
        return fabric.login("mapper", "linked", link.port());
    }

    private static Parcel parcel(String body) {
        return new Parcel(new Address.Queue("nanite-fred"), Bytes.of(body), "text/plain", body, true, false, Map.of());
    }

    private RabbitTransport reading(RabbitTransport transport) {
        transport.subscribe(Source.work(Identity.agent("fred"), 10), delivery -> delivery.parts()
                .forEach(part -> {
                    bodies.add(part.body().utf8());
                    part.settle();
                }));
        return transport;
    }

    @OnRabbitMq
    void aHalfOpenLinkIsNoticedWithinTwoAndAHalfHeartbeats(TestBroker broker) throws Exception {
        reading(start(login()));
        expect("connected");

        try (OwnTime time = new OwnTime()) {
            long before = time.nanos();
            link.halfOpenForClient();

            expect("disconnected");
            assertThat(time.since(before))
                    .isLessThanOrEqualTo(Fabric.HEARTBEAT.multipliedBy(5).dividedBy(2));
        }
        expect("connected");
    }

    @OnRabbitMq
    void aLinkThatGoesBlackIsGivenUpAndBuiltAgain(TestBroker broker) throws Exception {
        reading(start(login()));
        expect("connected");
        link.blacken();
        expect("disconnected");
        expect("connected");
    }

    @OnRabbitMq
    void withoutAVerdictInTimeTheSameParcelIsSentOnANewConnection(TestBroker broker) throws Exception {
        Duration verdict = Duration.ofSeconds(1);
        reading(start(fabric.login("mapper", "reader").withHeartbeat(QUIET)));
        expect("connected");
        // Heartbeats would notice too, but not before the minute is over.
        RabbitTransport transport = start(login().withHeartbeat(QUIET).withVerdictTimeout(verdict));
        expect("connected");

        link.order(Direction.TO_CLIENT, new Fault.Blackhole());
        var receipt = transport.publish(parcel("patient"));
        expect("disconnected");
        link.pass();

        assertThat(receipt.get(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(PublishReceipt.Confirmed.class);
        expect("connected");
        assertThat(bodies.poll(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("patient");
    }

    @OnRabbitMq
    void aCorruptedByteCostsAConnectionAndNoParcel(TestBroker broker) throws Exception {
        RabbitTransport transport = reading(start(login()));
        expect("connected");
        // The first byte of a frame says what it is; there is no such kind of frame.
        link.order(Direction.TO_SERVER, new Fault.Corrupt(0));
        List<java.util.concurrent.CompletableFuture<PublishReceipt>> receipts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            receipts.add(transport.publish(parcel(Integer.toString(i))));
        }
        expect("disconnected");
        link.pass();
        for (var receipt : receipts) {
            assertThat(receipt.get(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(PublishReceipt.Confirmed.class);
        }
    }

    @OnRabbitMq
    void requestsSurviveLinksThatAreResetAndCutInTheMiddleOfAFrame(TestBroker broker) throws Exception {
        Fabric.Chore chore = new Fabric.Chore();
        fabric.agent("fred", chore, fabric.login("nanite", "fred", link.port()));
        Mapper mapper = fabric.mapper(MapperConfig.named("m1"), fabric.login("mapper", "m1", link.port()), 1);
        int requests = 2_000;
        long ended = 0;
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            jobs.add(mapper.request(Fabric.ECHO, i));
            if (i == 500) {
                link.reset();
            } else if (i == 1_000) {
                jobs.get(i).await();
                ended = link.ended();
                link.order(Direction.TO_CLIENT, new Fault.Cut(1_001));
                link.order(Direction.TO_SERVER, new Fault.Cut(1_003));
            } else if (i == 1_200) {
                long before = ended;
                Awaitility.await().atMost(Fabric.PATIENCE).until(() -> link.ended() > before);
                link.pass();
            }
        }
        for (int i = 0; i < requests; i++) {
            assertThat(jobs.get(i).await().values().values()).containsExactly(i);
        }
        // What was answered and whose answer was lost is answered again, not done again.
        assertThat(chore.executions.get()).isEqualTo(requests);
    }

    @OnRabbitMq
    void anAgentThatIsRefusedComesBackWhenItIsNot(TestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore(), fabric.login("nanite", "fred", link.port()));
        Mapper mapper = fabric.mapper("m1", 1);
        link.refuse();
        link.reset();
        Job job = mapper.request(Fabric.ECHO, "held");

        link.accept();

        assertThat(job.await().values().values()).containsExactly("held");
        assertThat(mapper.awaitService(Fabric.ECHO, 1, Fabric.PATIENCE)).isTrue();
        assertThat(mapper.request(Fabric.ECHO, "back").await().values().values())
                .containsExactly("back");
    }
}
