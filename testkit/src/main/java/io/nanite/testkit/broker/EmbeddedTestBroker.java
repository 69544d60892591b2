package io.nanite.testkit.broker;

import io.nanite.embedded.BrokerUser;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import io.nanite.faultkit.rabbit.FreePorts;
import io.nanite.faultkit.rabbit.TemporaryFolder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The embedded broker, in the JVM of the test. In memory it is empty after a stop; a durable one keeps its disk. */
public final class EmbeddedTestBroker implements TestBroker {

    private final boolean durable;

    // All of these are guarded by this.
    private final Map<String, String> uris = new HashMap<>();
    private @Nullable EmbeddedBrokerConfig config;
    private @Nullable TemporaryFolder folder;
    private @Nullable EmbeddedBroker broker;
    private boolean closed;

    private EmbeddedTestBroker(boolean durable) {
        this.durable = durable;
    }

    /** Not started yet. */
    public static EmbeddedTestBroker inMemory() {
        return new EmbeddedTestBroker(false);
    }

    /** Not started yet; it will keep its data in a temporary folder until it is closed. */
    public static EmbeddedTestBroker durable() {
        return new EmbeddedTestBroker(true);
    }

    @Override
    public String kind() {
        return "embedded";
    }

    @Override
    public String vhost() {
        return EmbeddedBrokerConfig.inMemory().vhost();
    }

    @Override
    public synchronized String uri(String user) {
        String uri = uris.get(user);
        if (uri == null) {
            throw new IllegalArgumentException(
                    "broker user: %s (expected: one of %s, after the first start)".formatted(user, uris.keySet()));
        }
        return uri;
    }

    @Override
    public synchronized void start() {
        if (closed) {
            throw new IllegalStateException("embedded broker: closed (expected: not closed)");
        }
        if (broker != null) {
            return;
        }
        if (config == null) {
            config = firstConfig().withPort(new FreePorts().next());
        }
        EmbeddedBroker starting = new EmbeddedBroker(config);
        starting.start();
        broker = starting;
        for (BrokerUser user : config.users()) {
            uris.put(user.name(), starting.uri(user.name()));
        }
    }

    private EmbeddedBrokerConfig firstConfig() {
        if (!durable) {
            return EmbeddedBrokerConfig.inMemory();
        }
        folder = TemporaryFolder.create("nanite-embedded-");
        return EmbeddedBrokerConfig.durable(folder.path());
    }

    @Override
    public synchronized void stop() {
        if (broker != null) {
            broker.close();
            broker = null;
        }
    }

    @Override
    public void settle() {
        // Its database has committed before it answers.
    }

    @Override
    public void kill() {
        throw new UnsupportedOperationException(
                "embedded broker: has no process of its own to kill (expected: a RabbitMQ, or stop())");
    }

    @Override
    public synchronized void close() {
        closed = true;
        stop();
        if (folder != null) {
            folder.close();
            folder = null;
        }
    }
}
