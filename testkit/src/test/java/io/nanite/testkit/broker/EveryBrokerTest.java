package io.nanite.testkit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;

class EveryBrokerTest {

    @EveryBroker
    void bothUsersCanConnect(TestBroker broker) throws Exception {
        for (String user : new String[] {"mapper", "nanite"}) {
            try (AmqpClient client = new AmqpClient(broker.uri(user))) {
                assertThat(client.connection().isOpen()).isTrue();
            }
        }
    }

    @EveryBroker
    void aWrongPasswordIsRefused(TestBroker broker) {
        assertThatThrownBy(() -> new AmqpClient(broker.uri().replace(":testing@", ":wrong@")))
                .isInstanceOf(IOException.class);
    }

    @EveryBroker
    void oneTestFillsAQueue(TestBroker broker) throws Exception {
        fillAnEmptyQueue(broker);
    }

    @EveryBroker
    void anotherTestDoesNotSeeIt(TestBroker broker) throws Exception {
        fillAnEmptyQueue(broker);
    }

    private static void fillAnEmptyQueue(TestBroker broker) throws Exception {
        try (AmqpClient client = new AmqpClient(broker.uri())) {
            client.declareDurable("inbox");
            assertThat(client.take("inbox")).isNull();
            client.publishPersistent("inbox", "left behind");
        }
    }

    @EveryBroker(own = true)
    void aBrokerOfOnesOwnKeepsItsDiskOverARestart(TestBroker broker) throws Exception {
        String uri = broker.uri();
        try (AmqpClient client = new AmqpClient(uri)) {
            client.declareDurable("inbox");
            client.publishPersistent("inbox", "still here");
        }
        broker.stop();
        assertThatThrownBy(() -> new AmqpClient(uri)).isInstanceOf(IOException.class);
        broker.start();
        assertThat(broker.uri()).isEqualTo(uri);
        try (AmqpClient client = new AmqpClient(uri)) {
            assertThat(client.take("inbox")).isEqualTo("still here");
        }
    }

    @OnRabbitMq
    void rabbitmqctlSeesTheVhostOfTheTest(RabbitTestBroker broker) throws Exception {
        try (AmqpClient client = new AmqpClient(broker.uri())) {
            client.declareDurable("inbox");
            assertThat(broker.rabbitmqctl("list_queues", "-p", broker.vhost(), "name"))
                    .contains("inbox");
        }
    }

    @OnRabbitMq
    void aSharedBrokerCannotBeStopped(TestBroker broker) {
        assertThatThrownBy(broker::stop).hasMessageContaining("own = true");
        assertThatThrownBy(broker::kill).hasMessageContaining("own = true");
    }

    @OnRabbitMq(own = true)
    void whatWasConfirmedSurvivesAKill(TestBroker broker) throws Exception {
        try (AmqpClient client = new AmqpClient(broker.uri())) {
            client.declareDurable("inbox");
            broker.settle();
            client.publishPersistent("inbox", "still here");
            broker.kill();
            assertThatThrownBy(() -> new AmqpClient(broker.uri())).isInstanceOf(IOException.class);
        }
        broker.start();
        try (AmqpClient client = new AmqpClient(broker.uri())) {
            assertThat(client.take("inbox")).isEqualTo("still here");
        }
    }
}
