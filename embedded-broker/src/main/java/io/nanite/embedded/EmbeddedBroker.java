package io.nanite.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.qpid.server.store.derby.DerbyUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An AMQP 0-9-1 broker in this JVM: Apache Qpid Broker-J, with one vhost and a few users. Any thread may use it.
 *
 * <p>Exchanges and queues are declared by its clients, which come through the socket like any others. Without a data
 * folder everything is gone after {@link #close}; with one, durable queues and the persistent messages in them are there
 * again at the next start, also after the process was killed. How deep a queue may become: {@link QueueLimit}.
 *
 * <p>It runs about two dozen threads of its own, which keep the JVM alive until {@code close}, and logs through SLF4J:
 * what it does on {@code qpid.message}, the rest on {@code org.apache.qpid}, for which WARN is a good level, and the
 * database on {@code DERBY}, for which it is ERROR. Several brokers may run in one JVM, each with its own data folder. One
 * idle daemon thread, the timer of the database engine, stays after the last of them.
 *
 * <p>An error that Broker-J does not expect in its housekeeping ends the JVM, unless the application has set a default
 * uncaught exception handler.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

    private final EmbeddedBrokerConfig config;

    // All of these are guarded by this.
    private State state = State.NEW;
    private int port;
    private @Nullable DataFolder dataFolder;
    private @Nullable RunningBroker running;

    /** Does nothing yet. */
    public EmbeddedBroker(EmbeddedBrokerConfig config) {
        this.config = config;
    }

    /**
     * Returns when clients can connect, in a second or two. Once only; after a failure the broker is closed.
     *
     * @throws BrokerStartException if the port or the data folder cannot be had; nothing is left running then
     */
    public synchronized void start() {
        if (state != State.NEW) {
            throw new IllegalStateException("embedded broker: %s (expected: not started yet)".formatted(state));
        }
        state = State.CLOSED;
        // Broker-J does so too, but only after it has woken Derby, which by then has made a derby.log where we stand.
        DerbyUtils.configureDerbyLogging();
        InetAddress address = checkAddress();
        Path folder = config.dataFolder();
        dataFolder = folder == null ? null : DataFolder.open(folder, config.bareVhost());
        try {
            running = RunningBroker.start(new InitialConfiguration(config));
            port = running.port();
            state = State.RUNNING;
        } catch (RuntimeException e) {
            throw BrokerStartException.ofBroker(config, e);
        } finally {
            if (state != State.RUNNING) {
                release();
            }
        }
        LOG.info("Embedded broker listens on {}:{}, vhost {}", address.getHostAddress(), port, config.vhost());
    }

    /** Broker-J notices too, but says so on a thread and in words of its own. */
    private InetAddress checkAddress() {
        try (ServerSocket socket = new ServerSocket()) {
            InetAddress address = InetAddress.getByName(config.bindAddress());
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, config.port()));
            return address;
        } catch (IOException e) {
            throw BrokerStartException.ofAddress(config.bindAddress(), config.port(), e);
        }
    }

    /** The port that it listens on, also when the configuration asked for any. Only while it runs. */
    public synchronized int port() {
        if (state != State.RUNNING) {
            throw new IllegalStateException("embedded broker: %s (expected: RUNNING)".formatted(state));
        }
        return port;
    }

    /**
     * Where {@code user} connects to, with the password: {@code amqp://mapper:testing@127.0.0.1:5672/%2Fnanite}. Only
     * while it runs.
     *
     * @throws IllegalArgumentException if there is no such user
     */
    public String uri(String user) {
        for (BrokerUser candidate : config.users()) {
            if (candidate.name().equals(user)) {
                return "amqp://%s:%s@%s:%d/%s"
                        .formatted(
                                encode(candidate.name()),
                                encode(candidate.password()),
                                reachableHost(),
                                port(),
                                encode(config.vhost()));
            }
        }
        throw new IllegalArgumentException("broker user: %s (expected: one of %s)"
                .formatted(user, config.users().stream().map(BrokerUser::name).toList()));
    }

    private String reachableHost() {
        String host = config.bindAddress();
        if (host.equals("0.0.0.0") || host.equals("*")) {
            return "127.0.0.1";
        }
        return host.contains(":") ? "[" + host + "]" : host;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Disconnects everybody and stops. What was confirmed as persistent is on disk by then, if there is a data folder. */
    @Override
    public synchronized void close() {
        state = State.CLOSED;
        release();
    }

    private void release() {
        if (running != null) {
            running.close();
            running = null;
        }
        if (dataFolder != null) {
            dataFolder.close();
            dataFolder = null;
        }
    }

    private enum State {
        NEW,
        RUNNING,
        CLOSED
    }
}
