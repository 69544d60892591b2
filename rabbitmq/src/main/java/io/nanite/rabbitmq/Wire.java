package io.nanite.rabbitmq;

import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.TransportException;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** One connection to the broker through all its lives, with the writer that lives as long. */
final class Wire {

    /** How long the broker may take to agree that we part. */
    private static final int CLOSE_MILLIS = 2_000;

    private final RabbitConfig config;
    private final String name;
    private final Writer writer;
    private final BiConsumer<Wire, ShutdownSignalException> onLost;
    private final BlockedListener onBlocked;

    /** Which node is tried next. Touched only on the supervisor's thread. */
    private int turn;

    private volatile @Nullable Connection connection;
    private volatile @Nullable CoalescingSocket socket;
    private volatile boolean blocked;

    Wire(
            RabbitConfig config,
            String role,
            BiConsumer<Wire, ShutdownSignalException> onLost,
            Consumer<@Nullable String> onBlocked) {
        this.config = config;
        this.name = config.name() + " " + role;
        this.onLost = onLost;
        this.onBlocked = new BlockedListener() {
            @Override
            public void handleBlocked(String reason) {
                blocked = true;
                onBlocked.accept(reason);
            }

            @Override
            public void handleUnblocked() {
                blocked = false;
                writer().wake();
                onBlocked.accept(null);
            }
        };
        writer = new Writer(config.name() + "-" + role + "-writer", this, config.packing());
        writer.start();
    }

    Writer writer() {
        return writer;
    }

    /**
     * Connects to the next node that can be reached; throws a {@link TransportException} that says why to none. Called on
     * the supervisor's thread.
     */
    void connect() {
        List<BrokerNode> nodes = config.nodes();
        List<BrokerUnavailable> unreachable = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            BrokerNode node = nodes.get(turn);
            // After this one has been lost the next is tried first: it may not be the link that is wrong.
            turn = (turn + 1) % nodes.size();
            try {
                connect(node);
                return;
            } catch (BrokerUnavailable e) {
                unreachable.add(e);
            }
        }
        throw unreachable.size() == 1
                ? unreachable.get(0)
                : new BrokerUnavailable(
                        unreachable.stream().map(Throwable::getMessage).collect(Collectors.joining("; ")),
                        unreachable.get(unreachable.size() - 1));
    }

    private void connect(BrokerNode node) {
        SocketCatcher sockets = new SocketCatcher();
        Connection fresh = open(config, node, name, sockets);
        fresh.addBlockedListener(onBlocked);
        socket = sockets.last;
        connection = fresh;
        blocked = false;
        fresh.addShutdownListener(cause -> onLost.accept(this, cause));
    }

    /** A connection that nobody supervises. Throws a {@link TransportException} that says why there is none. */
    static Connection open(RabbitConfig config, BrokerNode node, String name) {
        return open(config, node, name, SocketFactory.getDefault());
    }

    private static Connection open(RabbitConfig config, BrokerNode node, String name, SocketFactory sockets) {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(node.host());
        factory.setPort(node.port());
        factory.setUsername(config.user());
        factory.setPassword(config.password().value());
        factory.setVirtualHost(config.virtualHost());
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setRequestedHeartbeat((int) config.heartbeat().toSeconds());
        factory.setConnectionTimeout((int) config.connectTimeout().toMillis());
        factory.setHandshakeTimeout((int) config.connectTimeout().toMillis());
        factory.setChannelRpcTimeout((int) config.connectTimeout().toMillis());
        factory.setSharedExecutor(new CallerRuns());
        factory.setThreadFactory(task -> {
            Thread thread = new Thread(task, name + " reader");
            thread.setDaemon(true);
            return thread;
        });
        try {
            if (config.tls()) {
                factory.useSslProtocol(javax.net.ssl.SSLContext.getDefault());
                factory.enableHostnameVerification();
            } else {
                factory.setSocketFactory(sockets);
            }
            return factory.newConnection(name);
        } catch (IOException | TimeoutException | java.security.NoSuchAlgorithmException e) {
            throw Refusals.whileConnecting(config, node, e);
        }
    }

    /** Opens a channel; throws {@link BrokerUnavailable} if there is no connection. */
    Channel openChannel() {
        Connection current = connection;
        if (current == null || !current.isOpen()) {
            throw new BrokerUnavailable("no connection to %s".formatted(config.where()), null);
        }
        try {
            Channel channel = current.createChannel();
            if (channel == null) {
                throw new BrokerUnavailable(
                        "%s gives this connection no more channels".formatted(config.where()), null);
            }
            return channel;
        } catch (IOException | ShutdownSignalException e) {
            throw new BrokerUnavailable("cannot open a channel to %s".formatted(config.where()), e);
        }
    }

    boolean isUp() {
        Connection current = connection;
        return current != null && current.isOpen();
    }

    /** Why the last connection ended; null while it stands, and before the first. */
    @Nullable
    ShutdownSignalException closeReason() {
        Connection current = connection;
        return current == null ? null : current.getCloseReason();
    }

    /** Whether what is written now goes out, or may be dropped because the connection is gone for good. */
    boolean writable() {
        return !blocked || !isUp();
    }

    BrokerDialect dialect() {
        Connection current = connection;
        return BrokerDialect.of(current == null ? null : current.getServerProperties());
    }

    void hold() {
        CoalescingSocket current = socket;
        if (current != null) {
            current.hold();
        }
    }

    void letGo() throws IOException {
        CoalescingSocket current = socket;
        if (current != null) {
            current.letGo();
        }
    }

    /** Breaks the connection without a word, for a broker that does not answer any more. */
    void abort(String reason) {
        Connection current = connection;
        if (current != null) {
            current.abort(320, reason, 0);
        }
    }

    void close() {
        writer.close();
        Connection current = connection;
        if (current != null && current.isOpen()) {
            current.abort(200, "closed", CLOSE_MILLIS);
        }
    }

    /** Remembers the socket that the client asked for. */
    private static final class SocketCatcher extends SocketFactory {

        private @Nullable CoalescingSocket last;

        @Override
        public Socket createSocket() {
            last = new CoalescingSocket();
            return last;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException("the client connects its sockets itself");
        }

        @Override
        public Socket createSocket(String host, int port, java.net.InetAddress localHost, int localPort) {
            throw new UnsupportedOperationException("the client connects its sockets itself");
        }

        @Override
        public Socket createSocket(java.net.InetAddress host, int port) {
            throw new UnsupportedOperationException("the client connects its sockets itself");
        }

        @Override
        public Socket createSocket(
                java.net.InetAddress address, int port, java.net.InetAddress localAddress, int localPort) {
            throw new UnsupportedOperationException("the client connects its sockets itself");
        }
    }
}
