package io.nanite.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What can be seen in queues, and that looking changes nothing. */
class QueueDeskTest {

    private static final String LETTERS = "dead-letter";

    private static Connection connect(TestBroker broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        return factory.newConnection();
    }

    private static void fill(TestBroker broker, int letters) throws Exception {
        try (RabbitTransport transport = new RabbitTransport(RabbitConfig.of(broker.uri()))) {
            transport.start(new TransportListener() {});
        }
        try (Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            for (int i = 0; i < letters; i++) {
                channel.basicPublish(
                        "",
                        LETTERS,
                        new BasicProperties.Builder()
                                .contentType("text/plain")
                                .deliveryMode(2)
                                .messageId("m" + i)
                                .headers(Map.of("x-reason", "reason " + i))
                                .build(),
                        ("letter " + i).getBytes(StandardCharsets.UTF_8));
            }
            channel.waitForConfirmsOrDie(10_000);
        }
    }

    private static List<String> drained(TestBroker broker) throws Exception {
        List<String> bodies = new ArrayList<>();
        try (Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            for (GetResponse got = channel.basicGet(LETTERS, true);
                    got != null;
                    got = channel.basicGet(LETTERS, true)) {
                bodies.add(new String(got.getBody(), StandardCharsets.UTF_8));
            }
        }
        return bodies;
    }

    private static QueueDesk desk(TestBroker broker) {
        return new QueueDesk(RabbitConfig.of(broker.uri()));
    }

    @EveryBroker
    void lookingShowsTheFirstAndLeavesAllInTheirOrder(TestBroker broker) throws Exception {
        fill(broker, 10);
        try (QueueDesk desk = desk(broker)) {
            for (int round = 0; round < 3; round++) {
                QueueDesk.Contents contents = desk.look(LETTERS, 4);
                assertThat(contents.total()).isEqualTo(10);
                assertThat(contents.messages())
                        .extracting(message -> message.body().utf8())
                        .containsExactly("letter 0", "letter 1", "letter 2", "letter 3");
                assertThat(contents.messages().get(1).headers()).containsEntry("x-reason", "reason 1");
                assertThat(contents.messages().get(1).id()).isEqualTo("m1");
                assertThat(contents.messages().get(0).redelivered()).isEqualTo(round > 0);
            }
        }
        assertThat(drained(broker))
                .containsExactly(
                        "letter 0",
                        "letter 1",
                        "letter 2",
                        "letter 3",
                        "letter 4",
                        "letter 5",
                        "letter 6",
                        "letter 7",
                        "letter 8",
                        "letter 9");
    }

    @EveryBroker
    void whatIsTakenOutIsGoneAndTheRestStaysInItsOrder(TestBroker broker) throws Exception {
        fill(broker, 6);
        try (QueueDesk desk = desk(broker)) {
            assertThat(desk.remove(
                            LETTERS, 100, 100, message -> message.body().utf8().matches("letter [134]")))
                    .isEqualTo(3);
            assertThat(desk.remove(LETTERS, 100, 1, message -> true)).isEqualTo(1);
            assertThat(desk.remove(
                            LETTERS, 1, 100, message -> message.body().utf8().equals("letter 5")))
                    .as("looks no deeper than it is told")
                    .isZero();
        }
        assertThat(drained(broker)).containsExactly("letter 2", "letter 5");
    }

    @EveryBroker
    void whoDiesWhileHeLooksLosesNothing(TestBroker broker) throws Exception {
        fill(broker, 5);
        QueueDesk desk = desk(broker);
        int[] seen = {0};
        try {
            desk.remove(LETTERS, 100, 100, message -> {
                if (++seen[0] == 3) {
                    throw new IllegalStateException("the process ends here");
                }
                return false;
            });
        } catch (IllegalStateException e) {
            desk.close(); // as the end of a process closes its socket
        }
        assertThat(seen[0]).isEqualTo(3);
        assertThat(drained(broker)).containsExactly("letter 0", "letter 1", "letter 2", "letter 3", "letter 4");
    }

    @EveryBroker
    void whoAcknowledgesWhatHeLooksAtLosesIt(TestBroker broker) throws Exception {
        fill(broker, 5);
        try (Connection naive = connect(broker);
                Channel channel = naive.createChannel()) {
            channel.basicGet(LETTERS, true);
            channel.basicGet(LETTERS, true);
        }

        assertThat(drained(broker)).as("the twin that looks without care").hasSize(3);
    }

    @EveryBroker
    void queuesThatAreThereAreCountedAndOthersLeftOut(TestBroker broker) throws Exception {
        fill(broker, 3);
        try (QueueDesk desk = desk(broker)) {
            assertThat(desk.depths(List.of("no-such-queue", LETTERS, "neither-this")))
                    .containsExactly(new QueueDesk.Depth(LETTERS, 3, 0));
            assertThat(desk.look("no-such-queue", 5)).isEqualTo(new QueueDesk.Contents(0, List.of()));
            assertThat(desk.remove("no-such-queue", 5, 5, message -> true)).isZero();
            assertThat(desk.product().name()).isNotEmpty();
            assertThat(desk.differences()).isEmpty();
        }
    }

    @EveryBroker
    void aQueueThatIsNotAsItMustBeIsNamed(TestBroker broker) throws Exception {
        try (Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            channel.exchangeDeclare("heartbeat", "direct", true);
        }
        try (QueueDesk desk = desk(broker)) {
            assertThat(desk.differences()).hasSize(1).first().satisfies(difference -> {
                assertThat(difference.what()).isIn("exchange heartbeat", "topology");
                assertThat(difference.sentence()).contains("exchange heartbeat", "fanout");
            });
        }
    }
}
