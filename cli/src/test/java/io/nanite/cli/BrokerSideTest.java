package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.nanite.admin.BrokerReport;
import io.nanite.core.transport.TransportListener;
import io.nanite.faultkit.rabbit.FreePorts;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.RabbitNode;
import io.nanite.testkit.broker.RabbitTestBroker;
import io.nanite.testkit.broker.TestBroker;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a tower can say of a broker: how long the first message of a queue has waited, and what management knows besides. */
class BrokerSideTest {

    private static final String LETTERS = "dead-letter";
    private static final String OFFLINE = "mapper-offline";
    private static final String WORK = "nanite-fred";
    private static final List<String> ALL = List.of(LETTERS, OFFLINE, WORK);

    /** Management that was once too slow with its answer is not asked again for a minute. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** A broker with the queues that all share and one of an agent that is away, and who writes into them. */
    private static final class Writer implements AutoCloseable {

        private final Connection connection;
        private final Channel channel;

        Writer(TestBroker broker) throws Exception {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(broker.uri());
            try (RabbitTransport transport = new RabbitTransport(RabbitConfig.of(broker.uri()))) {
                transport.start(new TransportListener() {});
            }
            connection = factory.newConnection();
            channel = connection.createChannel();
            channel.confirmSelect();
            channel.queueDeclare(WORK, true, false, false, Map.of());
            channel.queueDeclare(OFFLINE, true, false, false, Map.of());
        }

        /** {@code parked} and {@code sent} are how long ago; null if it does not say. */
        void put(String queue, @Nullable Duration parked, @Nullable Duration sent) throws Exception {
            BasicProperties.Builder properties = new BasicProperties.Builder().deliveryMode(2);
            if (parked != null) {
                properties.headers(Map.of("x-at", Instant.now().minus(parked).toString()));
            }
            if (sent != null) {
                properties.timestamp(Date.from(Instant.now().minus(sent)));
            }
            channel.basicPublish("", queue, properties.build(), new byte[] {1});
            channel.waitForConfirmsOrDie(10_000);
        }

        /** Whether somebody was given the first before; takes it out. */
        boolean wasGiven(String queue) throws Exception {
            GetResponse got = Objects.requireNonNull(channel.basicGet(queue, true), queue);
            return got.getEnvelope().isRedeliver();
        }

        @Override
        public void close() throws IOException {
            connection.close();
        }
    }

    private static BrokerReport.Depth depth(BrokerReport report, String queue) {
        return report.queues().stream()
                .filter(each -> each.name().equals(queue))
                .findFirst()
                .orElseThrow();
    }

    /** The first that is so: another might be of another source again. */
    private static BrokerReport awaitReport(BrokerSide side, Predicate<BrokerReport> wanted) {
        return await().atMost(PATIENCE).until(() -> side.report(ALL), wanted);
    }

    private static @Nullable Long oldest(BrokerSide side, String queue) {
        return depth(side.report(ALL), queue).oldestSeconds();
    }

    @EveryBroker
    void howLongTheFirstLetterHasWaitedIsWhatItSays(TestBroker broker) throws Exception {
        try (Writer writer = new Writer(broker);
                BrokerSide side = AdminCommand.desk(RabbitConfig.of(broker.uri()))) {
            assertThat(oldest(side, LETTERS)).as("nothing is there").isNull();
            writer.put(LETTERS, Duration.ofMinutes(10), null);
            writer.put(LETTERS, Duration.ofMinutes(5), null);
            writer.put(OFFLINE, null, Duration.ofMinutes(20));

            assertThat(oldest(side, LETTERS)).isBetween(600L, 899L);
            assertThat(oldest(side, OFFLINE)).isBetween(1200L, 1499L);
            assertThat(side.remove(LETTERS, 1, 1, message -> true)).isEqualTo(1);
            assertThat(oldest(side, LETTERS)).as("of the next").isBetween(300L, 599L);
            writer.put(LETTERS, Duration.ofMinutes(1), null);
            assertThat(oldest(side, LETTERS)).as("one more behind it").isBetween(300L, 599L);
            writer.wasGiven(LETTERS);
            assertThat(oldest(side, LETTERS)).as("after somebody else took it").isBetween(60L, 299L);
        }
    }

    /** The negative twin: what does not say when it came is not guessed at, and is found again as soon as one does. */
    @EveryBroker
    void whatDoesNotSayWhenItCameHasNoAge(TestBroker broker) throws Exception {
        try (Writer writer = new Writer(broker);
                BrokerSide side = AdminCommand.desk(RabbitConfig.of(broker.uri()))) {
            writer.put(LETTERS, null, null);
            assertThat(oldest(side, LETTERS)).isNull();
            assertThat(side.look(LETTERS, 10).messages()).hasSize(1);
            assertThat(oldest(side, LETTERS)).isNull();
            writer.wasGiven(LETTERS);
            assertThat(side.look(LETTERS, 10).messages()).isEmpty();
            writer.put(LETTERS, Duration.ofMinutes(10), null);
            assertThat(oldest(side, LETTERS)).isBetween(600L, 899L);
        }
    }

    @OnRabbitMq
    void whoMayNotReadTheLettersIsToldTheirNumberAllTheSame(RabbitTestBroker broker) throws Exception {
        try (Writer writer = new Writer(broker)) {
            writer.put(LETTERS, Duration.ofMinutes(10), null);
            broker.rabbitmqctl("set_permissions", "-p", broker.vhost(), "mapper", ".*", ".*", "^(?!dead-letter).*");
            try (BrokerSide side = AdminCommand.desk(RabbitConfig.of(broker.uri()))) {
                BrokerReport.Depth letters = depth(side.report(ALL), LETTERS);
                assertThat(letters.ready()).isEqualTo(1);
                assertThat(letters.oldestSeconds()).isNull();
            }
        }
    }

    @EveryBroker
    void theWorkOfAgentsIsNeverLookedAt(TestBroker broker) throws Exception {
        try (Writer writer = new Writer(broker);
                BrokerSide side = AdminCommand.desk(RabbitConfig.of(broker.uri()))) {
            writer.put(WORK, Duration.ofMinutes(10), Duration.ofMinutes(10));
            writer.put(LETTERS, Duration.ofMinutes(10), null);
            assertThat(depth(side.report(ALL), WORK).ready()).isEqualTo(1);
            assertThat(oldest(side, WORK)).isNull();
            assertThat(writer.wasGiven(WORK)).isFalse();
            assertThat(writer.wasGiven(LETTERS))
                    .as("the twin that is looked at")
                    .isTrue();
        }
    }

    /** Has the node's management listen on a port of its own, for this user. */
    private static URI manage(RabbitTestBroker broker) {
        int port = new FreePorts().next();
        broker.rabbitmqctl("set_user_tags", "mapper", "monitoring");
        broker.rabbitmqctl("eval", """
                {ok, File} = application:get_env(rabbit, enabled_plugins_file),
                ok = file:write_file(File, "[rabbitmq_management]."),
                ok = application:set_env(rabbitmq_management, tcp_config, [{port, %d}, {ip, "127.0.0.1"}]),
                rabbit_plugins:ensure(File).
                """.formatted(port));
        return URI.create("http://127.0.0.1:" + port);
    }

    @OnRabbitMq(own = true)
    void managementSaysMoreThanAmqpAsLongAsItIsThere(RabbitTestBroker broker) throws Exception {
        assumeTrue(broker instanceof RabbitNode, "a container shows no port of its management");
        try (Writer writer = new Writer(broker);
                Channel reading = writer.connection.createChannel()) {
            writer.channel.exchangeDelete("heartbeat");
            writer.channel.exchangeDeclare("heartbeat", "direct", true);
            writer.put(WORK, null, Duration.ofMinutes(10));
            writer.put(WORK, null, Duration.ofMinutes(5));
            writer.put(LETTERS, Duration.ofMinutes(10), null);
            URI management = manage(broker);
            try (BrokerSide side = AdminCommand.desk(RabbitConfig.of(broker.uri()), management)) {
                BrokerReport report = awaitReport(
                        side,
                        seen -> seen.source().equals("management")
                                && depth(seen, WORK).ready() == 2
                                && depth(seen, LETTERS).ready() == 1);
                assertThat(report.nodes()).singleElement().asString().startsWith("nanite-");
                assertThat(report.alarms()).isEmpty();
                assertThat(report.drift()).singleElement().satisfies(drift -> assertThat(drift.sentence())
                        .contains("exchange heartbeat", "fanout"));
                assertThat(depth(report, LETTERS).oldestSeconds()).isBetween(600L, 899L);
                assertThat(depth(report, WORK).unacked()).isZero();

                reading.basicGet(WORK, false);
                awaitReport(
                        side,
                        seen -> Integer.valueOf(1).equals(depth(seen, WORK).unacked())
                                && depth(seen, WORK).ready() == 1);
                broker.rabbitmqctl("set_disk_free_limit", "1000000GB");
                awaitReport(side, seen -> String.valueOf(seen.alarms()).contains("disk space is short on nanite-"));
                broker.rabbitmqctl("set_disk_free_limit", "1MB");
                awaitReport(
                        side,
                        seen -> seen.source().equals("management")
                                && seen.alarms().isEmpty());

                broker.rabbitmqctl("eval", "application:stop(rabbitmq_management).");
                BrokerReport less = awaitReport(side, seen -> seen.source().equals("amqp"));
                assertThat(depth(less, WORK).ready()).isEqualTo(1);
                assertThat(depth(less, WORK).unacked()).isNull();
                assertThat(depth(less, LETTERS).oldestSeconds()).isBetween(600L, 899L);
                assertThat(less.nodes()).isEmpty();
                assertThat(less.drift()).hasSize(1);
            }
        }
    }

    /** The negative twin: a user who may not ask management is told by AMQP. */
    @OnRabbitMq(own = true)
    void whoMayNotAskManagementIsToldByAmqp(RabbitTestBroker broker) throws Exception {
        assumeTrue(broker instanceof RabbitNode, "a container shows no port of its management");
        try (Writer writer = new Writer(broker)) {
            writer.put(LETTERS, Duration.ofMinutes(10), null);
            URI management = manage(broker);
            broker.rabbitmqctl("set_user_tags", "mapper");
            try (BrokerSide side = AdminCommand.desk(RabbitConfig.of(broker.uri()), management)) {
                BrokerReport report = side.report(ALL);
                assertThat(report.source()).isEqualTo("amqp");
                assertThat(depth(report, LETTERS).ready()).isEqualTo(1);
            }
        }
    }
}
