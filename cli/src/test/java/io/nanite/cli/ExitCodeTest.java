package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Payload;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.RabbitTestBroker;
import io.nanite.testkit.broker.TestBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a script can rely on: the code, one sentence on the standard error, and answers alone on the standard output. */
class ExitCodeTest {

    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private final CountDownLatch never = new CountDownLatch(1);

    private Agent agent(TestBroker broker, String name, String... tags) {
        return Agent.start(
                AgentConfig.named(name).withTags(Set.of(tags)),
                new RabbitTransport(RabbitConfig.of(broker.uri("nanite"))),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(new Moody());
                    }
                });
    }

    @Actor
    final class Moody {

        @Expose
        public Payload echo(Payload payload) {
            return payload;
        }

        @Expose
        public void note(String heardText) {
            heard.add(heardText);
        }

        @Expose
        public String trace(ActorContext job) {
            return "token %s in %s".formatted(job.token(), job.traceparent().orElse("none"));
        }

        @Expose
        public String fail() {
            throw new IllegalStateException("not today");
        }

        @Expose
        public String sleep(ActorContext job) throws InterruptedException {
            never.await();
            return "never: " + job.token();
        }
    }

    private static void says(Cli.Ended ended, int code, String... parts) {
        assertThat(ended.err()).contains(parts);
        assertThat(ended.err().lines()).hasSize(1);
        assertThat(ended.err()).doesNotContain("testing", "\tat ");
        assertThat(ended.out()).isEmpty();
        assertThat(ended.code()).isEqualTo(code);
    }

    @Test
    void threeIfThereIsNoBrokerAndItSaysHowToStartOne() throws IOException {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        says(
                Cli.plain().with("NANITE_PORT", Integer.toString(port)).run("mapper", "agents"),
                3,
                "no broker at 127.0.0.1:" + port + ": Connection refused",
                "start one with: nanite broker",
                "--host",
                "--port");
    }

    @Test
    void threeIfThereIsNoSuchHost() {
        says(
                Cli.plain().run("mapper", "agents", "-h", "no-such-host.invalid"),
                3,
                "no broker at no-such-host.invalid:5672: no such host");
    }

    @OnRabbitMq(own = true)
    void threeIfTheBrokerTakesNothing(RabbitTestBroker broker) {
        broker.rabbitmqctl("set_vm_memory_high_watermark", "0");

        Cli.Ended ended = Cli.at(broker.uri()).run("mapper", "request", "/moody/echo");

        assertThat(ended.err()).contains("/moody/echo", "the broker takes nothing: low on memory");
        assertThat(ended.out()).isEmpty();
        assertThat(ended.code()).isEqualTo(3);
    }

    @EveryBroker
    void fourIfThePasswordIsWrong(TestBroker broker) {
        says(
                Cli.at(broker.uri()).with("NANITE_PASS", "canary").run("mapper", "agents"),
                4,
                "refused the login of mapper",
                "127.0.0.1:");
    }

    @EveryBroker
    void fourIfTheUserIsUnknown(TestBroker broker) {
        says(Cli.at(broker.uri()).run("mapper", "agents", "-u", "nobody"), 4, "refused the login of nobody");
    }

    @EveryBroker
    void fourIfTheVhostIsUnknown(TestBroker broker) {
        says(Cli.at(broker.uri()).run("mapper", "agents", "-v", "/elsewhere"), 4, "vhost /elsewhere", "user mapper");
    }

    @OnRabbitMq(own = true)
    void fourIfTheUserMayNotDoWhatAMapperMust(RabbitTestBroker broker) {
        broker.rabbitmqctl("set_permissions", "-p", broker.vhost(), "mapper", "^nothing$", ".*", ".*");
        says(Cli.at(broker.uri()).run("mapper", "agents"), 4, "refused", "'mapper'");
    }

    @OnRabbitMq
    void fiveIfAnExchangeIsNotWhatItMustBe(TestBroker broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection()) {
            connection.createChannel().exchangeDeclare("heartbeat", BuiltinExchangeType.DIRECT, true);
        }
        says(
                Cli.at(broker.uri()).run("mapper", "agents"),
                5,
                "exchange heartbeat",
                "type is 'direct' (expected: 'fanout')");
    }

    @OnRabbitMq
    void fiveIfAQueueIsNotWhatItMustBe(TestBroker broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection()) {
            connection.createChannel().queueDeclare("dead-letter", false, false, false, null);
            says(
                    Cli.at(broker.uri()).run("mapper", "agents"),
                    5,
                    "queue dead-letter",
                    "durable is 'false' (expected: 'true')");
        }
    }

    @EveryBroker
    void sixIfNobodyCanDoIt(TestBroker broker) {
        Cli cli = Cli.at(broker.uri());
        says(cli.run("mapper", "request", "/nobody/there"), 6, "/nobody/there: no live agent offers it");
        says(cli.run("mapper", "push", "/nobody/there"), 6, "/nobody/there: no live agent offers it");
        try (Agent fred = agent(broker, "fred", "red")) {
            assertThat(fred.services()).isNotEmpty();
            says(cli.run("mapper", "request", "/moody/echo", "--target", "bob"), 6, "bob");
            says(cli.run("mapper", "request", "/moody/echo", "--tag", "blue"), 6, "/moody/echo", "blue");
        }
    }

    @EveryBroker
    void zeroIfItIsDoneAndTheAnswerIsAllThatIsPrinted(TestBroker broker) throws InterruptedException {
        Cli cli = Cli.at(broker.uri());
        try (Agent fred = agent(broker, "fred", "red");
                Agent bob = agent(broker, "bob", "red", "blue")) {
            assertThat(fred.services()).isEqualTo(bob.services());
            answers(cli.run("mapper", "request", "/moody/echo", "hello", "--target", "fred"), "{\"fred\":\"hello\"}");
            answers(
                    cli.run("mapper", "request", "/moody/echo", "{\"a\":[1,2.5]}", "--tag", "red,blue"),
                    "{\"bob\":{\"a\":[1,2.5]}}");
            answers(
                    cli.run("mapper", "request", "/moody/echo", "7", "--any-tag", "green,red", "--tag", "blue"),
                    "{\"bob\":7}");
            assertThat(cli.run("mapper", "request", "/moody/trace", "--target", "bob")
                            .out())
                    .containsPattern("token ([0-9a-f]{32}) in 00-\\1-[0-9a-f]{16}-00\"");
            answers(cli.run("mapper", "request", "/moody/echo", "42", "--text", "--target", "bob"), "{\"bob\":\"42\"}");
            answers(
                    cli.run("mapper", "request", "/moody/echo", "@x ${y} gr\u00fc\u00dfe", "--target", "bob"),
                    "{\"bob\":\"@x ${y} gr\u00fc\u00dfe\"}");
            Cli.Ended all = cli.run("mapper", "request", "/moody/echo", "1", "--selector", "all");
            assertThat(all.out()).contains("\"fred\":1", "\"bob\":1");
            answers(cli.run("mapper", "push", "/moody/note", "pushed", "--target", "bob"), "pushed to bob");
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("pushed");
            assertThat(cli.run("mapper", "agents").out()).contains("fred ", "bob ", "/moody/echo", "blue");
            assertThat(cli.run("mapper", "agents", "--json").out())
                    .startsWith("[{\"agent\":\"bob\"")
                    .contains("\"agent\":\"fred\"");
        }
    }

    private static void answers(Cli.Ended ended, String line) {
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out()).isEqualTo(line + System.lineSeparator());
        assertThat(ended.code()).isZero();
    }

    @EveryBroker
    void oneIfAnActorFailsAndTheOthersAnswersArePrinted(TestBroker broker) {
        Cli cli = Cli.at(broker.uri());
        try (Agent fred = agent(broker, "fred")) {
            assertThat(fred.services()).isNotEmpty();
            says(cli.run("mapper", "request", "/moody/fail"), 1, "fred: FAILED: ", "not today");
            Cli.Ended json = cli.run("mapper", "request", "/moody/fail", "--json");
            assertThat(json.code()).isEqualTo(1);
            assertThat(json.out()).contains("\"verdict\":\"FAILED\"", "\"message\":\"not today\"");
        }
    }

    @EveryBroker
    void oneIfTheTimeIsUp(TestBroker broker) {
        Cli cli = Cli.at(broker.uri());
        Agent fred = agent(broker, "fred");
        try {
            says(cli.run("mapper", "request", "/moody/sleep", "--timeout", "3s"), 1, "fred: TIMEOUT: ");
        } finally {
            never.countDown();
            fred.close();
        }
    }

    @EveryBroker
    void twoIfItIsMisused(TestBroker broker) {
        says(Cli.at(broker.uri()).run("mapper", "request"), 2, "SERVICE");
    }
}
