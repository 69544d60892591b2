package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Verdict;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.TransportListener;
import io.nanite.faultkit.FaultProxy;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What is lost without a word: exchanges, bindings, and consumers that nothing is delivered to any more. */
class SilentLossTest {

    /** Agents look twenty times less often. */
    private static final Duration LOOKOUT = Duration.ofMillis(100);

    /** Nothing here breaks a link, and none is to break by itself: that would heal what is to stay broken. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    private Fabric fabric;
    private FaultProxy link;

    @BeforeEach
    void open(TestBroker broker) {
        fabric = new Fabric(broker);
        link = FaultProxy.beforeAmqp("127.0.0.1", Fleet.port(broker));
    }

    @AfterEach
    void close() {
        fabric.close();
        link.close();
    }

    private RabbitConfig looking(String user, String name, Duration lookout) {
        return fabric.login(user, name, link.port()).withHeartbeat(QUIET).withLookout(lookout);
    }

    private Mapper mapper(Duration lookout) throws InterruptedException {
        return fabric.mapper(MapperConfig.named("m1"), looking("mapper", "m1", lookout), 1);
    }

    private static void delete(TestBroker broker, String exchange) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection("by hand");
                Channel channel = connection.createChannel()) {
            channel.exchangeDelete(exchange);
        }
    }

    /** Publishes there until somebody is bound to it; returns how long that took. */
    private static Duration untilHeard(RabbitTransport observer, Address.Exchange to) throws Exception {
        long before = System.nanoTime();
        while (true) {
            var receipt = observer.publish(new Parcel(
                    to, Bytes.of("is anybody there?"), "application/x-question", null, false, false, Map.of()));
            if (receipt.get(Fabric.PATIENCE.toSeconds(), TimeUnit.SECONDS) instanceof PublishReceipt.Confirmed) {
                return Duration.ofNanos(System.nanoTime() - before);
            }
        }
    }

    @EveryBroker
    void whateverExchangeIsDeletedIsThereAgainAndBoundForTheNextJob(TestBroker broker) throws Exception {
        Fabric.Chore chore = new Fabric.Chore();
        fabric.agent("fred", chore, looking("nanite", "fred", LOOKOUT));
        Mapper mapper = mapper(LOOKOUT);
        RabbitTransport observer = new RabbitTransport(fabric.login("mapper", "observer"));
        fabric.alsoClose(observer);
        observer.start(new TransportListener() {});
        List<Address.Exchange> exchanges = List.of(
                new Address.Exchange("registration", ""),
                new Address.Exchange("heartbeat", ""),
                new Address.Exchange("advertise", ""),
                (Address.Exchange) Address.repliesTo(Identity.mapper("m1")));
        for (Address.Exchange exchange : exchanges) {
            delete(broker, exchange.name());
            // It makes the exchange anew at once, so that nobody can find it missing: only the bindings are.
            System.out.printf(
                    "%s on %s: bound again after %d ms%n",
                    exchange.name(),
                    broker.kind(),
                    untilHeard(observer, exchange).toMillis());
            assertThat(mapper.request(Fabric.ECHO, exchange.name())
                            .await()
                            .values()
                            .values())
                    .containsExactly(exchange.name());
        }

        exchanges.forEach(exchange -> deleteQuietly(broker, exchange));
        Job next = mapper.request(Fabric.ECHO, "all");
        assertThat(next.await().values().values()).containsExactly("all");
        assertThat(fabric.mapper("m2", 1).request(Fabric.ECHO, "new").await().ok())
                .isTrue();
    }

    private static void deleteQuietly(TestBroker broker, Address.Exchange exchange) {
        try {
            delete(broker, exchange.name());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @EveryBroker
    void anAnswerThatFoundNoExchangeIsAskedForAgain(TestBroker broker) throws Exception {
        Fabric.Chore chore = new Fabric.Chore();
        fabric.agent("fred", chore, looking("nanite", "fred", LOOKOUT));
        Mapper mapper = mapper(LOOKOUT);
        Job job = mapper.request("/chore/wait", "lost and found");
        Awaitility.await().atMost(Fabric.PATIENCE).until(() -> chore.executions.get() == 1);

        delete(broker, Address.REPLY);
        chore.gate.countDown();

        assertThat(job.await().values().values()).containsExactly("lost and found");
        assertThat(chore.executions).hasValue(1);
    }

    @OnRabbitMq
    void withoutALookoutAnswersAreLostOnceTheirExchangeWasDeleted(TestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore(), looking("nanite", "fred", Duration.ZERO));
        Mapper mapper = mapper(Duration.ZERO);

        delete(broker, Address.REPLY);

        Job job = mapper.request(Fabric.ECHO, "lost", CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(3)));
        assertThat(job.await().single().verdict()).isEqualTo(Verdict.TIMEOUT);
    }

    @OnRabbitMq
    void aMapperWhoseConsumersAreForgottenFindsOutAndMakesNewOnes(TestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore());
        Mapper mapper = mapper(LOOKOUT);
        long links = link.ended();

        link.forgetConsumers();

        Job job = mapper.request(Fabric.ECHO, "heard");
        assertThat(job.await().values().values()).containsExactly("heard");
        assertThat(link.ended()).as("links that were given up").isEqualTo(links);
    }

    @OnRabbitMq
    void whereNewConsumersHearNothingEitherTheConnectionIsMadeAnew(TestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore());
        Mapper mapper = mapper(LOOKOUT);
        long links = link.ended();

        link.deliverNothing();

        Job job = mapper.request(Fabric.ECHO, "heard");
        assertThat(job.await().values().values()).containsExactly("heard");
        assertThat(link.ended()).as("links that were given up").isGreaterThan(links);
    }

    @OnRabbitMq
    void withoutALookoutAForgottenConsumerStaysDeaf(TestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore());
        Mapper mapper = mapper(Duration.ZERO);

        link.forgetConsumers();

        Job job = mapper.request(Fabric.ECHO, "lost", CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(5)));
        assertThat(job.await().single().verdict()).isEqualTo(Verdict.TIMEOUT);
    }

    @OnRabbitMq
    void anAgentWhoseConsumersAreForgottenFindsOutAndWorksOn(TestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore(), looking("nanite", "fred", LOOKOUT));
        Mapper mapper = fabric.mapper("m1", 1);

        link.deliverNothing();

        Job job = mapper.request(Fabric.ECHO, "heard");
        assertThat(job.await().values().values()).containsExactly("heard");
    }
}
