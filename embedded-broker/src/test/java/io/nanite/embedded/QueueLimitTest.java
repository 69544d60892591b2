package io.nanite.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import io.nanite.core.ConfigException;
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

    @TempDir
    private Path folder;

    @Test
    void aFullQueueStopsItsPublisherUntilSomebodyConsumes() throws Exception {
        EmbeddedBrokerConfig config = EmbeddedBrokerConfig.inMemory().withQueueLimit(new QueueLimit(100, 1 << 20));
        try (EmbeddedBroker broker = new EmbeddedBroker(config)) {
            broker.start();
            flood(broker.uri("mapper"), 4_000, 10_000, Client.TRANSIENT);
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
            flood(broker.uri("mapper"), 4_000, 10_000, Client.TRANSIENT);
        }
    }

    @Test
    void aFloodDoesNotExhaustASmallMemory() throws Exception {
        List<String> small = List.of("-Xmx64m", "-XX:MaxDirectMemorySize=64m", "-XX:+ExitOnOutOfMemoryError");
        try (BrokerProcess process = BrokerProcess.start(folder, small, 8 << 20)) {
            flood(process.uri(), 4_000, 100_000, Client.TRANSIENT);
            assertThat(process.stop()).isEmpty();
        }
    }

    /** Publishes with confirms until the broker says stop, then consumes: nothing is refused, nothing is lost. */
    private static void flood(String uri, int count, int size, BasicProperties properties) throws Exception {
        try (Client publisher = Client.connect(uri);
                Client consumer = Client.connect(uri)) {
            consumer.declareDurable("flooded");
            publisher.channel().confirmSelect();
            AtomicInteger published = new AtomicInteger();
            FutureTask<Boolean> publishing = new FutureTask<>(() -> {
                Channel channel = publisher.channel();
                for (int i = 0; i < count; i++) {
                    channel.basicPublish("", "flooded", properties, new byte[size]);
                    published.incrementAndGet();
                }
                return channel.waitForConfirms(60_000);
            });
            Thread thread = new Thread(publishing, "flood");
            thread.setDaemon(true);
            thread.start();

            await().atMost(Duration.ofSeconds(60)).until(() -> thread.getState() == Thread.State.WAITING);
            assertThat((long) published.get() * size)
                    .as("bytes published to a queue that nobody reads")
                    .isLessThan((long) count * size / 2)
                    .isLessThan(consumer.depth("flooded") * size + WIRE_BYTES);

            CountDownLatch consumed = new CountDownLatch(count);
            consumer.channel().basicConsume("flooded", true, (tag, message) -> consumed.countDown(), tag -> {});
            assertThat(consumed.await(60, TimeUnit.SECONDS)).as("all arrive").isTrue();
            assertThat(publishing.get(60, TimeUnit.SECONDS)).as("all are acked").isTrue();
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
