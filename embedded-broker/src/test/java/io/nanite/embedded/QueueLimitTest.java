package io.nanite.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import io.nanite.core.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueueLimitTest {

    /** What may be on the wire when the broker says stop: the buffers of two sockets. */
    private static final long WIRE_BYTES = 16 << 20;

    /** For some hundred megabytes through a broker that has little memory and less of a processor. */
    private static final long PATIENCE_SECONDS = 300;

    @TempDir
    private Path folder;

    @Test
    void aFullQueueStopsItsPublisherUntilSomebodyConsumes() throws Exception {
        EmbeddedBrokerConfig config = EmbeddedBrokerConfig.inMemory().withQueueLimit(new QueueLimit(100, 1 << 20));
        try (EmbeddedBroker broker = new EmbeddedBroker(config)) {
            broker.start();
            flood(broker.uri("mapper"), 4_000, 10_000);
        }
    }

    @Test
    void theLimitOfTodayHoldsForTheQueueOfYesterday() throws Exception {
        EmbeddedBrokerConfig config = EmbeddedBrokerConfig.durable(folder);
        try (EmbeddedBroker broker = new EmbeddedBroker(config)) {
            broker.start();
            try (Client client = Client.connect(broker.uri("mapper"))) {
                client.declareDurable("flooded");
            }
        }
        try (EmbeddedBroker broker = new EmbeddedBroker(config.withQueueLimit(new QueueLimit(100, 1 << 20)))) {
            broker.start();
            flood(broker.uri("mapper"), 4_000, 10_000);
        }
    }

    @Test
    void aFloodDoesNotExhaustASmallMemory() throws Exception {
        List<String> small = List.of("-Xmx128m", "-XX:MaxDirectMemorySize=128m", "-XX:+ExitOnOutOfMemoryError");
        try (BrokerProcess process = BrokerProcess.start(folder, small, 8 << 20)) {
            flood(process.uri(), 4_000, 100_000);
            assertThat(process.stop()).isEmpty();
        }
    }

    /** Broker-J alone forgets one of two publishers within seconds. */
    @Test
    void everyPublisherOfAFullQueueComesFree() throws Exception {
        int each = 20_000;
        EmbeddedBrokerConfig config =
                EmbeddedBrokerConfig.inMemory().withQueueLimit(new QueueLimit(100, Long.MAX_VALUE));
        try (EmbeddedBroker broker = new EmbeddedBroker(config)) {
            broker.start();
            String uri = broker.uri("mapper");
            try (Client consumer = Client.connect(uri);
                    Client one = Client.connect(uri);
                    Client two = Client.connect(uri)) {
                consumer.declareTransient("flooded");
                consumer.channel().basicQos(50);
                CountDownLatch consumed = new CountDownLatch(2 * each);
                consumer.channel()
                        .basicConsume(
                                "flooded",
                                false,
                                (tag, message) -> {
                                    consumer.channel()
                                            .basicAck(message.getEnvelope().getDeliveryTag(), false);
                                    consumed.countDown();
                                },
                                tag -> {});
                publishing(one, each, 10_000);
                publishing(two, each, 10_000);
                assertThat(consumed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static void publishing(Client publisher, int count, int size) {
        Thread thread = new Thread(
                () -> {
                    for (int i = 0; i < count; i++) {
                        try {
                            publisher.channel().basicPublish("", "flooded", Client.TRANSIENT, new byte[size]);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                },
                "flood");
        thread.setDaemon(true);
        thread.start();
    }

    /** Publishes with confirms until the broker says stop, then consumes: nothing is refused, nothing is lost. */
    private static void flood(String uri, int count, int size) throws Exception {
        try (Client publisher = Client.connect(uri);
                Client consumer = Client.connect(uri)) {
            consumer.declareDurable("flooded");
            publisher.channel().confirmSelect();
            AtomicInteger published = new AtomicInteger();
            FutureTask<Boolean> publishing = new FutureTask<>(() -> {
                Channel channel = publisher.channel();
                for (int i = 0; i < count; i++) {
                    channel.basicPublish("", "flooded", Client.TRANSIENT, new byte[size]);
                    published.incrementAndGet();
                }
                return channel.waitForConfirms(PATIENCE_SECONDS * 1_000);
            });
            Thread thread = new Thread(publishing, "flood");
            thread.setDaemon(true);
            thread.start();

            await().atMost(Duration.ofSeconds(PATIENCE_SECONDS)).until(() -> thread.getState() == Thread.State.WAITING);
            assertThat((long) published.get() * size)
                    .as("bytes published to a queue that nobody reads")
                    .isLessThan((long) count * size / 2)
                    .isLessThan(consumer.depth("flooded") * size + WIRE_BYTES);

            CountDownLatch consumed = new CountDownLatch(count);
            consumer.channel().basicConsume("flooded", true, (tag, message) -> consumed.countDown(), tag -> {});
            assertThat(consumed.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("all arrive")
                    .isTrue();
            assertThat(publishing.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("all are acked")
                    .isTrue();
        }
    }

    @Test
    void aLimitIsAtLeastOne() {
        assertThatThrownBy(() -> new QueueLimit(0, 1))
                .isInstanceOf(ConfigException.class)
                .hasMessage("queue limit in messages: 0 (expected: 1 or more)");
        assertThatThrownBy(() -> new QueueLimit(1, 0)).hasMessage("queue limit in bytes: 0 (expected: 1 or more)");
    }
}
