package io.nanite.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.AuthenticationRefused;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.PermissionRefused;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TopologyMismatch;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a broker refuses becomes an error that says what to do, and leaves nothing running. */
class RefusalsTest {

    private static void start(RabbitConfig config) {
        try (RabbitTransport transport = new RabbitTransport(config)) {
            transport.start(new TransportListener() {});
        }
    }

    private static RabbitConfig config(TestBroker broker) {
        return RabbitConfig.of(broker.uri()).withName("refused");
    }

    @Test
    void whereNobodyListensTheErrorNamesTheAddress() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        RabbitConfig config = RabbitConfig.of("amqp://mapper:testing@127.0.0.1:" + port);

        assertThatThrownBy(() -> start(config))
                .isInstanceOf(BrokerUnavailable.class)
                .hasMessageContaining("no broker at 127.0.0.1:" + port);
    }

    @EveryBroker
    void aWrongPasswordIsAnAuthenticationRefused(TestBroker broker) {
        RabbitConfig config = RabbitConfig.of(broker.uri().replace(":testing@", ":wrong-secret@"));

        assertThatThrownBy(() -> start(config))
                .isInstanceOf(AuthenticationRefused.class)
                .hasMessageContaining("user mapper")
                .hasMessageNotContaining("wrong-secret");
    }

    @EveryBroker
    void aVhostThatDoesNotExistIsAPermissionRefusedThatNamesIt(TestBroker broker) {
        assertThatThrownBy(() -> start(config(broker).withVirtualHost("/nowhere")))
                .isInstanceOf(PermissionRefused.class)
                .hasMessageContaining("/nowhere");
    }

    @EveryBroker
    void aQueueThatHasAReaderOrLivesWithAnotherConnectionIsInUse(TestBroker broker) {
        Identity fred = Identity.agent("fred");
        try (RabbitTransport one = new RabbitTransport(config(broker));
                RabbitTransport two = new RabbitTransport(config(broker));
                RabbitTransport three = new RabbitTransport(config(broker))) {
            one.start(new TransportListener() {});
            two.start(new TransportListener() {});
            three.start(new TransportListener() {}); // Broker-J closes the connection that it refuses something
            one.subscribe(Source.work(fred, 1), delivery -> {});
            one.subscribe(Source.control(fred), delivery -> {});

            assertThatThrownBy(() -> two.subscribe(Source.work(fred, 1), delivery -> {}))
                    .isInstanceOf(QueueInUse.class)
                    .hasMessageContaining("nanite-fred");
            assertThatThrownBy(() -> three.subscribe(Source.control(fred), delivery -> {}))
                    .isInstanceOf(QueueInUse.class)
                    .hasMessageContaining("nanite-fred.control");
        }
    }

    @EveryBroker
    void aStartThatFailedLeavesNoThread(TestBroker broker) {
        RabbitConfig config = config(broker).withVirtualHost("/nowhere").withName("leaver");

        assertThatThrownBy(() -> start(config)).isInstanceOf(PermissionRefused.class);

        Awaitility.await().until(() -> threads("leaver").isEmpty());
    }

    private static Set<String> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(thread -> thread.contains(name))
                .collect(Collectors.toSet());
    }

    @OnRabbitMq
    void anExchangeOfAnotherKindIsAMismatchThatNamesBothValues(TestBroker broker) throws Exception {
        declare(broker, channel -> channel.exchangeDeclare("heartbeat", "topic", true));

        assertThatThrownBy(() -> start(config(broker)))
                .isInstanceOf(TopologyMismatch.class)
                .hasMessageContaining("heartbeat")
                .hasMessageContaining("topic")
                .hasMessageContaining("fanout");
    }

    @OnRabbitMq
    void aQueueWithOtherArgumentsIsAMismatchThatNamesBothValues(TestBroker broker) throws Exception {
        Identity fred = Identity.agent("fred");
        declare(
                broker,
                channel -> channel.queueDeclare(fred.value(), true, false, false, Map.of("x-message-ttl", 5_000)));
        try (RabbitTransport transport = new RabbitTransport(config(broker))) {
            transport.start(new TransportListener() {});

            assertThatThrownBy(() -> transport.subscribe(Source.work(fred, 1), delivery -> {}))
                    .isInstanceOf(TopologyMismatch.class)
                    .hasMessageContaining(fred.value())
                    .hasMessageContaining("5000");
            // The refused declaration took only a channel with it.
            transport.subscribe(Source.work(Identity.agent("bob"), 1), delivery -> {});
        }
    }

    private interface Declaration {
        void on(Channel channel) throws Exception;
    }

    private static void declare(TestBroker broker, Declaration declaration) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection();
                Channel channel = connection.createChannel()) {
            declaration.on(channel);
        }
    }

    @EveryBroker
    void aBrokerThatIsThereIsConnectedTo(TestBroker broker) {
        // The twin of the refusals: the same calls with nothing wrong.
        assertThat(config(broker).virtualHost()).isNotEmpty();
        start(config(broker));
    }
}
