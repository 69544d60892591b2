package io.nanite.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.nanite.core.Secret;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.AuthenticationRefused;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.PermissionRefused;
import io.nanite.core.transport.TopologyMismatch;
import io.nanite.core.transport.TransportListener;
import io.nanite.rabbitmq.BrokerCheckup.Role;
import io.nanite.rabbitmq.Finding.Severity;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.RabbitTestBroker;
import io.nanite.testkit.broker.TestBroker;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a look at a broker finds, and that nobody else notices it. */
class BrokerCheckupTest {

    private static RabbitConfig config(TestBroker broker, Role role) {
        return RabbitConfig.of(broker.uri(role == Role.AGENT ? "nanite" : "mapper"));
    }

    private static List<Finding> look(RabbitConfig config, Role role) {
        try (BrokerCheckup checkup = new BrokerCheckup(config, role, Identity.agent("fred"))) {
            return checkup.run();
        }
    }

    private static List<Finding> look(TestBroker broker, Role role) {
        return look(config(broker, role), role);
    }

    private static void fill(TestBroker broker) {
        try (RabbitTransport transport = new RabbitTransport(config(broker, Role.MAPPER))) {
            transport.start(new TransportListener() {});
        }
    }

    private static Connection connect(TestBroker broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        return factory.newConnection();
    }

    private static List<Finding> bad(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.severity() != Severity.FINE)
                .toList();
    }

    private static Finding only(List<Finding> findings) {
        assertThat(findings).hasSize(1);
        return findings.get(0);
    }

    @EveryBroker
    void nothingIsWrongWithABrokerAsItShouldBe(TestBroker broker) {
        for (Role role : Role.values()) {
            List<Finding> fresh = look(broker, role);
            assertThat(bad(fresh)).isEmpty();
            assertThat(fresh.stream().map(Finding::about)).contains("node", "broker", "permissions", "round trip");
            assertThat(fresh).extracting(Finding::what).contains("nothing there yet: whoever starts first makes it");
        }
        fill(broker);
        for (Role role : Role.values()) {
            assertThat(bad(look(broker, role))).isEmpty();
            assertThat(look(broker, role)).extracting(Finding::what).contains("7 of 10 there, and as they must be");
        }
    }

    @EveryBroker
    void nobodyElseNoticesTheLook(TestBroker broker) throws Exception {
        fill(broker);
        try (Connection connection = connect(broker)) {
            Channel channel = connection.createChannel();
            channel.queueDeclare("witness", true, false, false, Map.of());
            for (String exchange : List.of("registration", "heartbeat", "request", "advertise")) {
                channel.queueBind("witness", exchange, "");
            }
            channel.queueBind("witness", "reply", "#");
            for (Role role : Role.values()) {
                look(broker, role);
            }
            assertThat(channel.queueDeclarePassive("witness").getMessageCount()).isZero();
            channel.basicPublish("heartbeat", "", null, new byte[] {1});
            channel.basicPublish("", "witness", null, new byte[] {1});
            assertThat(channel.queueDeclarePassive("dead-letter").getMessageCount())
                    .isZero();
        }
    }

    @OnRabbitMq
    void nothingIsLeft(RabbitTestBroker broker) {
        String before = broker.rabbitmqctl("-p", broker.vhost(), "list_queues", "--no-table-headers", "name");
        look(broker, Role.AGENT);
        look(broker, Role.MAPPER);
        assertThat(broker.rabbitmqctl("-p", broker.vhost(), "list_queues", "--no-table-headers", "name"))
                .isEqualTo(before);
    }

    @Test
    void aBrokerThatIsNotThereIsFound() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        Finding finding = only(look(RabbitConfig.at("127.0.0.1", port, "nanite", new Secret("testing")), Role.AGENT));
        assertThat(finding.severity()).isEqualTo(Severity.WRONG);
        assertThat(finding.cause()).containsInstanceOf(BrokerUnavailable.class);
        assertThat(finding.cure()).contains("nanite broker", "--host");
    }

    @EveryBroker
    void aNodeThatIsDownIsFoundBesideOneThatIsUp(TestBroker broker) throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        RabbitConfig config = config(broker, Role.AGENT).withOthers(List.of(new BrokerNode("127.0.0.1", port)));
        List<Finding> findings = look(config, Role.AGENT);
        assertThat(only(bad(findings)).what()).startsWith("no broker at 127.0.0.1:" + port);
        assertThat(findings).extracting(Finding::about).contains("round trip");
    }

    @EveryBroker
    void aWrongPasswordAndAWrongVhostAreFound(TestBroker broker) {
        RabbitConfig config = config(broker, Role.AGENT);
        Finding login =
                only(look(RabbitConfig.at(config.host(), config.port(), "nanite", new Secret("canary")), Role.AGENT));
        assertThat(login.cause()).containsInstanceOf(AuthenticationRefused.class);
        assertThat(login.cure()).contains("nanite rabbitconf");
        assertThat(login.toString()).doesNotContain("canary");
        Finding vhost = only(look(config.withVirtualHost("/elsewhere"), Role.AGENT));
        assertThat(vhost.cause()).containsInstanceOf(PermissionRefused.class);
        assertThat(vhost.cure()).contains("nanite rabbitconf -v /elsewhere");
    }

    @OnRabbitMq
    void whatIsNotAsItMustBeIsNamedWithTheDifference(TestBroker broker) throws Exception {
        try (Connection connection = connect(broker)) {
            Channel channel = connection.createChannel();
            channel.exchangeDeclare("heartbeat", BuiltinExchangeType.DIRECT, true);
            channel.queueDeclare("dead-letter", true, false, false, Map.of("x-queue-type", "quorum"));
            channel.queueDeclare("request", true, false, false, Map.of("x-max-length", 7));
            channel.queueDeclare("nanite-fred", true, false, false, Map.of("x-queue-type", "quorum"));
        }
        List<Finding> drift = bad(look(broker, Role.MAPPER)).stream()
                .filter(finding -> finding.about().equals("topology"))
                .toList();
        assertThat(drift).hasSize(4).allMatch(finding -> finding.cause().orElseThrow() instanceof TopologyMismatch);
        String all = drift.stream().map(Finding::what).collect(Collectors.joining("\n"));
        assertThat(all)
                .contains(
                        "exchange heartbeat exists",
                        "type is 'direct' (expected: 'fanout')",
                        "queue dead-letter exists",
                        "x-queue-type is 'quorum' (expected: 'classic')",
                        "queue nanite-fred exists",
                        "queue request exists",
                        "x-max-length");
        assertThat(drift)
                .extracting(Finding::cure)
                .anyMatch(cure -> cure.contains("rabbitmqctl delete_queue -p %s request".formatted(broker.vhost())))
                .anyMatch(cure -> cure.contains("delete exchange name=heartbeat"));
        List<Finding> quorum =
                bad(look(config(broker, Role.MAPPER).withQueueType(RabbitConfig.QueueType.QUORUM), Role.MAPPER));
        assertThat(quorum).extracting(Finding::what).noneMatch(what -> what.contains("dead-letter"));
    }

    @EveryBroker
    void deadLettersAndWorkThatWaitsAreCounted(TestBroker broker) throws Exception {
        fill(broker);
        try (Connection connection = connect(broker)) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            channel.basicPublish("", "dead-letter", null, new byte[] {1});
            channel.waitForConfirmsOrDie();
        }
        Finding finding = only(bad(look(broker, Role.MAPPER)));
        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(finding.what()).isEqualTo("1 in dead-letter");
    }

    /** What is taken from a user who has everything else, and what is found then. */
    private record Taken(Role role, String configure, String write, String read, String found, Severity severity) {}

    @OnRabbitMq(own = true)
    void eachPermissionIsMissedByItsName(RabbitTestBroker broker) {
        fill(broker);
        List<Taken> all = List.of(
                new Taken(Role.AGENT, "^nothing$", ".*", ".*", "configure nanite-doctor-", Severity.WRONG),
                new Taken(Role.AGENT, ".*", "^(?!heartbeat$)", ".*", "write heartbeat", Severity.WRONG),
                new Taken(Role.AGENT, ".*", "^(?!registration$)", ".*", "write registration", Severity.WRONG),
                new Taken(Role.AGENT, ".*", "^(?!reply$)", ".*", "write reply", Severity.WRONG),
                new Taken(Role.AGENT, ".*", "^(?!amq.default$)", ".*", "write amq.default", Severity.WRONG),
                new Taken(Role.AGENT, ".*", "^(?!request$)", ".*", "write request", Severity.WARNING),
                new Taken(Role.AGENT, ".*", ".*", "^(?!advertise$)", "read advertise", Severity.WRONG),
                new Taken(Role.AGENT, ".*", ".*", "^(?!nanite-)", "read nanite-doctor-", Severity.WRONG),
                new Taken(Role.MAPPER, "^nothing$", ".*", ".*", "configure mapper-doctor-", Severity.WRONG),
                new Taken(Role.MAPPER, ".*", "^(?!advertise$)", ".*", "write advertise", Severity.WRONG),
                new Taken(Role.MAPPER, ".*", ".*", "^(?!heartbeat$)", "read heartbeat", Severity.WRONG),
                new Taken(Role.MAPPER, ".*", ".*", "^(?!registration$)", "read registration", Severity.WRONG),
                new Taken(Role.MAPPER, ".*", ".*", "^(?!reply$)", "read reply", Severity.WRONG));
        for (Taken taken : all) {
            String user = taken.role() == Role.AGENT ? "nanite" : "mapper";
            broker.rabbitmqctl(
                    "set_permissions", "-p", broker.vhost(), user, taken.configure(), taken.write(), taken.read());
            Finding finding = only(bad(look(broker, taken.role())).stream()
                    .filter(each -> each.about().startsWith("permission"))
                    .toList());
            assertThat(finding.what())
                    .as(taken.toString())
                    .startsWith(taken.found())
                    .contains("refused");
            assertThat(finding.severity()).isEqualTo(taken.severity());
            assertThat(finding.cure()).contains("set_permissions");
        }
    }

    @OnRabbitMq(own = true)
    void theNarrowPermissionsOfTheDocumentsAreEnough(RabbitTestBroker broker) {
        fill(broker);
        broker.rabbitmqctl(
                "set_permissions",
                "-p",
                broker.vhost(),
                "nanite",
                "^nanite-",
                "^(nanite-.*|heartbeat|registration|reply|dead-letter|amq\\.default)$",
                "^(nanite-.*|advertise)$");
        List<Finding> findings = bad(look(broker, Role.AGENT));
        assertThat(findings).extracting(Finding::severity).doesNotContain(Severity.WRONG);
        assertThat(findings).extracting(Finding::about).contains("topology");
    }

    @OnRabbitMq(own = true)
    void aBrokerThatTakesNothingIsFound(RabbitTestBroker broker) {
        broker.rabbitmqctl("set_vm_memory_high_watermark", "0");
        Finding finding = only(bad(look(broker, Role.AGENT)));
        assertThat(finding.cause()).containsInstanceOf(BrokerBlocked.class);
        assertThat(finding.what()).contains("takes nothing");
        assertThat(finding.cure()).contains("alarms");
    }
}
