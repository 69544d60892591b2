package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.TransportListener;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.RabbitTestBroker;
import io.nanite.testkit.broker.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor says, and the code that he ends with. */
class DoctorTest {

    @TempDir
    Path root;

    /** Tests run without shared classes, and that is no finding of theirs. */
    private Cli.Ended doctor(Cli cli, String... flags) {
        String[] args = new String[flags.length + 1];
        args[0] = "doctor";
        System.arraycopy(flags, 0, args, 1, flags.length);
        return cli.with("NANITE_SHARED", "off").in(root).run(args);
    }

    private static List<String> bad(Cli.Ended ended) {
        assertThat(ended.err()).isEmpty();
        return ended.out()
                .lines()
                .filter(line -> !line.startsWith("ok ") && !line.startsWith("? "))
                .filter(line -> !line.contains("--management-url"))
                .toList();
    }

    @EveryBroker
    void zeroIfAllIsWell(TestBroker broker) {
        Cli.Ended ended = doctor(Cli.at(broker.uri()));
        assertThat(bad(ended)).isEmpty();
        assertThat(ended.code()).isZero();
        assertThat(ended.out())
                .contains(
                        "lets nanite into " + broker.vhost(),
                        "lets mapper into " + broker.vhost(),
                        "ok       permissions: nanite may configure, write and read what an agent needs\n",
                        "ok       permissions: mapper may configure, write and read what a mapper needs\n",
                        "ok       topology: ",
                        "ok       round trip: ",
                        "ok       open files: ",
                        "?        clock: AMQP does not tell the broker's time\n         -> compare it");
        assertThat(root).as("nothing is made").isEmptyDirectory();
    }

    @EveryBroker
    void oneIfSomethingCouldBeBetter(TestBroker broker) throws Exception {
        try (RabbitTransport transport = new RabbitTransport(RabbitConfig.of(broker.uri()))) {
            transport.start(new TransportListener() {});
        }
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection();
                var channel = connection.createChannel()) {
            channel.confirmSelect();
            channel.basicPublish("", "dead-letter", null, new byte[] {1});
            channel.waitForConfirmsOrDie();
        }
        Cli.Ended ended = doctor(Cli.at(broker.uri()));
        assertThat(bad(ended))
                .containsExactly(
                        "warning  dead letters: 1 in dead-letter",
                        "         -> read why in their headers, then empty it: rabbitmqctl purge_queue -p %s dead-letter"
                                .formatted(broker.vhost()));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(doctor(Cli.at(broker.uri()), "--json").out())
                .startsWith("[{\"about\":\"node\",\"severity\":\"fine\",\"what\":\"")
                .contains(
                        "{\"about\":\"dead letters\",\"severity\":\"warning\",\"what\":\"1 in dead-letter\",\"cure\":\"");
    }

    @Test
    void twoIfThisMachineIsNotReady() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        Cli.Ended ended = doctor(Cli.plain(), "-P", "1", "--log-dir", file + "/log");
        assertThat(ended.code()).as("the first counts").isEqualTo(3);
        assertThat(bad(ended)).contains("WRONG    log dir: %s/log cannot be written".formatted(file));
    }

    @Test
    void twoIfACertificateIsNotThereOrNotGood() {
        Path certificates = root.resolve("shop");
        Cli secure = Cli.plain()
                .with("NANITE_FORMAT", "secure")
                .with("NANITE_CERTIFICATES", certificates.toString())
                .with("NANITE_TOKEN", "a1");
        assertThat(bad(doctor(secure, "-P", "1")))
                .contains("WRONG    certificates: %s: not there (expected: a folder that nanite cert has made)"
                        .formatted(certificates));

        CertificateAuthority authority =
                CertificateAuthority.create(certificates, "shop", Duration.ofDays(100), null, TimeSource.system());
        assertThat(bad(doctor(secure, "-P", "1")))
                .anyMatch(line -> line.startsWith("WRONG    certificates: ") && line.contains("no key of nanite-a1"))
                .contains("         -> nanite cert issue --agent a1 --certificates " + certificates);

        authority.issue(Identity.agent("a1"), KeyKind.P256, Duration.ofDays(5), KeyForm.PKCS8, null);
        assertThat(bad(doctor(secure, "-P", "1")))
                .anyMatch(line -> line.startsWith("warning  certificates: ") && line.contains("ends in "))
                .contains("         -> nanite cert renew --due --certificates " + certificates);

        assertThat(doctor(secure.with("NANITE_CERTIFICATES", fresh().toString()), "-P", "1")
                        .out())
                .contains("ok       certificates: all is well in ");
    }

    /** Nothing in it ends soon. */
    private Path fresh() {
        Path folder = root.resolve("fresh");
        CertificateAuthority.create(folder, "shop", Duration.ofDays(100), null, TimeSource.system())
                .issue(Identity.agent("a1"), KeyKind.P256, Duration.ofDays(50), KeyForm.PKCS8, null);
        return folder;
    }

    @Test
    void threeIfThereIsNoBroker() {
        Cli.Ended ended = doctor(Cli.plain(), "-P", "1");
        assertThat(bad(ended))
                .containsExactly(
                        "WRONG    node: no broker at 127.0.0.1:1: Connection refused",
                        "         -> start one: nanite broker; or say where it is: --host, --port");
        assertThat(ended.out()).contains("ok       open files: ");
        assertThat(ended.code()).isEqualTo(3);
    }

    @EveryBroker
    void fourIfSomethingIsRefused(TestBroker broker) {
        Cli.Ended ended = doctor(Cli.at(broker.uri()).with("NANITE_PASS", "canary"));
        assertThat(bad(ended)).hasSize(4).anyMatch(line -> line.contains("refused the login of mapper"));
        assertThat(ended.out()).doesNotContain("canary");
        assertThat(ended.code()).isEqualTo(4);
    }

    @OnRabbitMq
    void fourIfAPermissionIsMissing(RabbitTestBroker broker) {
        doctor(Cli.at(broker.uri()));
        broker.rabbitmqctl("set_permissions", "-p", broker.vhost(), "nanite", "^nanite-", ".*", "^nothing$");
        try {
            Cli.Ended ended = doctor(Cli.at(broker.uri()));
            assertThat(bad(ended))
                    .anyMatch(line -> line.startsWith("WRONG    permission to read: read nanite-doctor-"));
            assertThat(ended.code()).isEqualTo(4);
        } finally {
            broker.rabbitmqctl("set_permissions", "-p", broker.vhost(), "nanite", ".*", ".*", ".*");
        }
    }

    @OnRabbitMq
    void fiveIfSomethingIsNotWhatItMustBe(TestBroker broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection()) {
            connection.createChannel().exchangeDeclare("heartbeat", BuiltinExchangeType.DIRECT, true);
        }
        Cli.Ended ended = doctor(Cli.at(broker.uri()));
        assertThat(bad(ended))
                .hasSize(2)
                .anyMatch(line -> line.startsWith("WRONG    topology: exchange heartbeat exists")
                        && line.contains("type is 'direct' (expected: 'fanout')"));
        assertThat(ended.code()).isEqualTo(5);
    }
}
