package io.nanite.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedBrokerTest {

    private final StartedThreads threads = new StartedThreads();
    private final EmbeddedBroker broker = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory());

    @BeforeEach
    void start() {
        broker.start();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void bothUsersDeclarePublishConsumeAndDelete() throws Exception {
        for (String user : List.of("mapper", "nanite")) {
            try (Client client = Client.connect(broker.uri(user))) {
                client.channel().exchangeDeclare("reply", "topic", true);
                client.declareDurable("inbox");
                client.channel().queueBind("inbox", "reply", "mapper-1");
                client.channel().basicPublish("reply", "mapper-1", null, new byte[] {42});
                CompletableFuture<byte[]> received = new CompletableFuture<>();
                client.channel()
                        .basicConsume("inbox", true, (tag, message) -> received.complete(message.getBody()), tag -> {});
                assertThat(received.get(10, TimeUnit.SECONDS)).containsExactly(42);
                client.channel().queueUnbind("inbox", "reply", "mapper-1");
                client.channel().queuePurge("inbox");
                client.channel().queueDelete("inbox");
                client.channel().exchangeDelete("reply");
            }
        }
    }

    @Test
    void theAddressIsTheOneThatTheGuideShows() {
        assertThat(broker.uri("mapper"))
                .isEqualTo("amqp://mapper:testing@127.0.0.1:%d/%%2Fnanite".formatted(broker.port()));
        assertThatThrownBy(() -> broker.uri("guest"))
                .hasMessage("broker user: guest (expected: one of [mapper, nanite])");
    }

    @Test
    void theVhostIsTheSameWithoutItsSlash() throws Exception {
        try (Client slash = Client.connect(broker.uri("mapper"));
                Client bare = Client.connect(broker.uri("mapper").replace("%2Fnanite", "nanite"))) {
            slash.declareTransient("inbox");
            assertThat(bare.depth("inbox")).isZero();
        }
    }

    @Test
    void noOtherVhostIsThere() {
        for (String other : List.of("%2F", "%2Fother")) {
            assertThatThrownBy(() -> Client.connect(broker.uri("mapper").replace("%2Fnanite", other)))
                    .isInstanceOf(IOException.class)
                    .rootCause()
                    .hasMessageContaining("Unknown virtual host");
        }
    }

    @Test
    void aWrongPasswordAndAnUnknownUserAreRefused() {
        for (String credentials : List.of("mapper:wrong", "mapper:", "guest:guest", "Mapper:testing")) {
            assertThatThrownBy(() -> Client.connect(broker.uri("mapper").replace("mapper:testing", credentials)))
                    .as(credentials)
                    .isInstanceOf(PossibleAuthenticationFailureException.class);
        }
    }

    @Test
    void aMessageCannotClaimAnotherUser() throws Exception {
        try (Client client = Client.connect(broker.uri("nanite"))) {
            client.declareTransient("inbox");
            CompletableFuture<ShutdownSignalException> ended = new CompletableFuture<>();
            client.connection().addShutdownListener(ended::complete);
            client.channel().basicPublish("", "inbox", userId("nanite"), new byte[0]);
            client.channel().basicPublish("", "inbox", userId("mapper"), new byte[0]);
            assertThat(ended.get(10, TimeUnit.SECONDS)).hasMessageContaining("403");
        }
        try (Client client = Client.connect(broker.uri("nanite"))) {
            assertThat(client.depth("inbox")).isEqualTo(1);
        }
    }

    private static BasicProperties userId(String user) {
        return new BasicProperties.Builder().userId(user).build();
    }

    @Test
    void itRunsOnFewThreads() throws Exception {
        assertThat(threads.alive()).hasSizeLessThanOrEqualTo(20);
    }

    @Test
    void aConnectionMayHaveAsManyChannelsAsOnRabbitMq() throws Exception {
        try (Client client = Client.connect(broker.uri("mapper"))) {
            assertThat(client.connection().getChannelMax()).isEqualTo(2047);
            for (int i = 0; i < 300; i++) {
                assertThat(client.connection().createChannel()).isNotNull();
            }
        }
    }

    @Test
    void aClientThatFallsSilentIsDisconnected() throws Exception {
        MutableSocketFactory sockets = new MutableSocketFactory();
        try (Client client = Client.connect(broker.uri("mapper"), 1, sockets)) {
            assertThat(client.connection().getHeartbeat()).isEqualTo(1);
            CompletableFuture<ShutdownSignalException> ended = new CompletableFuture<>();
            client.connection().addShutdownListener(ended::complete);
            sockets.mute();
            assertThat(ended.get(15, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void itEndsWithAllItsThreadsWhileClientsAreConnected() throws Exception {
        try (Client client = Client.connect(broker.uri("mapper"))) {
            CompletableFuture<ShutdownSignalException> ended = new CompletableFuture<>();
            client.connection().addShutdownListener(ended::complete);
            String uri = broker.uri("mapper");
            broker.close();
            broker.close();
            assertThat(ended.get(10, TimeUnit.SECONDS)).isNotNull();
            assertThatThrownBy(() -> Client.connect(uri)).isInstanceOf(IOException.class);
        }
        threads.assertGone();
    }

    @Test
    void itStartsOnce() {
        assertThatThrownBy(broker::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("embedded broker: RUNNING (expected: not started yet)");
        broker.close();
        assertThatThrownBy(broker::start).hasMessage("embedded broker: CLOSED (expected: not started yet)");
        assertThatThrownBy(broker::port).hasMessage("embedded broker: CLOSED (expected: RUNNING)");
    }

    @Test
    void aBrokerThatNeverStartedCanBeClosed() {
        EmbeddedBroker idle = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory());
        idle.close();
        assertThatThrownBy(idle::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void twoBrokersOfOneJvmKnowNothingOfEachOther() throws Exception {
        EmbeddedBroker second = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory()
                .withVhost("other")
                .withUsers(List.of(new BrokerUser("ops@example.org", "p@ss/word 1+1"))));
        try (second) {
            second.start();
            try (Client one = Client.connect(broker.uri("mapper"));
                    Client two = Client.connect(second.uri("ops@example.org"))) {
                one.declareTransient("inbox");
                two.declareTransient("inbox");
                one.publishConfirmed("inbox", 3, Client.TRANSIENT);
                assertThat(one.depth("inbox")).isEqualTo(3);
                assertThat(two.depth("inbox")).isZero();
            }
            assertThatThrownBy(() ->
                            Client.connect(broker.uri("mapper").replace(":" + broker.port(), ":" + second.port())))
                    .isInstanceOf(IOException.class);
        }
        try (Client one = Client.connect(broker.uri("mapper"))) {
            assertThat(one.depth("inbox")).isEqualTo(3);
        }
    }
}
