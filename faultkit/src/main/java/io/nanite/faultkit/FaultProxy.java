package io.nanite.faultkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy of the loopback that does to the bytes what it is ordered to. It listens on a free port before an address;
 * every connection that it accepts is a <em>link</em>. An order counts for all links, those there are and those to come,
 * until the next. Any thread may order; two threads per link carry the bytes, and all have ended when {@link #close} returns.
 */
public final class FaultProxy implements AutoCloseable {

    /** Where bytes go. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    /** Ports that the system does not give to outgoing connections: while we refuse, nobody else takes ours. */
    private static final int LOWEST_PORT = 10_000;

    private static final int HIGHEST_PORT = 32_000;
    private static final int ATTEMPTS = 1_000;
    private static final int CONNECT_MILLIS = 5_000;

    /** An order, and the how-manieth it is. */
    record Order(Fault fault, long serial) {}

    private final InetSocketAddress server;
    private final boolean amqp;
    private final int port;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicLong serials = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final Object changed = new Object();

    // All guarded by changed.
    private final Map<Direction, Order> orders = new EnumMap<>(Direction.class);
    private @Nullable ServerSocket listening;
    private @Nullable Thread accepting;
    private boolean closed;

    private FaultProxy(InetSocketAddress server, boolean amqp) {
        this.server = server;
        this.amqp = amqp;
        order(new Fault.Pass());
        ServerSocket socket = listenSomewhere();
        port = socket.getLocalPort();
        serve(socket);
    }

    /** A proxy that listens, and connects to this address for each who comes. Nothing need be there yet. */
    public static FaultProxy before(String host, int port) {
        return new FaultProxy(new InetSocketAddress(host, port), false);
    }

    /** As {@link #before}, for a server that speaks AMQP 0-9-1 without TLS: this one can take messages out of the stream. */
    public static FaultProxy beforeAmqp(String host, int port) {
        return new FaultProxy(new InetSocketAddress(host, port), true);
    }

    boolean isAmqp() {
        return amqp;
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Orders the same for both directions. */
    public void order(Fault fault) {
        for (Direction direction : Direction.values()) {
            order(direction, fault);
        }
    }

    public void order(Direction direction, Fault fault) {
        synchronized (changed) {
            orders.put(direction, new Order(fault, serials.incrementAndGet()));
            changed.notifyAll();
        }
    }

    /** From now on bytes go through, and who connects is let in. */
    public void pass() {
        order(new Fault.Pass());
        accept();
    }

    /**
     * Turns every link there is into a black hole, both ways and for good, as when a cable is pulled: neither side hears
     * anything more of the other. Who connects anew is let through.
     */
    public void blacken() {
        links.forEach(Link::blacken);
    }

    /** How many links there are through which nothing comes any more. */
    public int blackLinks() {
        return (int) links.stream().filter(Link::isBlack).count();
    }

    /**
     * Closes the server's side of every link there is; the client is not told, and what it sends is thrown away: to it the
     * link looks open and is silent.
     */
    public void halfOpenForClient() {
        links.forEach(Link::leaveClient);
    }

    /** The same the other way about: the server is not told that its client is gone. */
    public void halfOpenForServer() {
        links.forEach(Link::leaveServer);
    }

    /**
     * Of every link there is, takes out what the server delivers to the consumers that there are, as if it had forgotten
     * them. All else goes through, and channels that are opened later get what is theirs.
     */
    public void forgetConsumers() {
        links.forEach(link -> link.forgetConsumers(false));
    }

    /** As {@link #forgetConsumers}, on channels that are opened later too. New links are sound. */
    public void deliverNothing() {
        links.forEach(link -> link.forgetConsumers(true));
    }

    /** Ends every link there is with an RST on both sides. */
    public void reset() {
        links.forEach(Link::reset);
    }

    /** Listens no more: who connects is refused by the system. Links stay. */
    public void refuse() {
        Thread acceptor;
        synchronized (changed) {
            closeQuietly(listening);
            listening = null;
            acceptor = accepting;
        }
        // As long as it is in its call the system goes on listening.
        if (acceptor != null) {
            join(acceptor);
        }
    }

    /** Listens again, on the same port. Nothing happens if it does. */
    public void accept() {
        synchronized (changed) {
            if (listening != null || closed) {
                return;
            }
            try {
                serve(listen(port));
            } catch (IOException e) {
                throw new UncheckedIOException("port %d: cannot be listened on again".formatted(port), e);
            }
        }
    }

    /** How many links there are. */
    public int links() {
        return links.size();
    }

    /** How many links have ended so far. */
    public long ended() {
        return ended.get();
    }

    /** Waits until there are so many links; returns whether there are. */
    public boolean awaitLinks(int atLeast, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        synchronized (changed) {
            while (links.size() < atLeast) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                changed.wait(millis(left));
            }
            return true;
        }
    }

    /** How the order for this direction reads now. */
    Order orderFor(Direction direction) {
        synchronized (changed) {
            return orders.getOrDefault(direction, new Order(new Fault.Pass(), 0));
        }
    }

    /** Waits as long as it is ordered to hold the bytes; returns the order that ends it. */
    Order awaitFlow(Direction direction, Link link) {
        synchronized (changed) {
            Order order = orderFor(direction);
            while (order.fault() instanceof Fault.Stall && !link.isClosed()) {
                try {
                    changed.wait();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("a thread of the proxy was interrupted", e);
                }
                order = orderFor(direction);
            }
            return order;
        }
    }

    /** Waits so long, or until the link is closed. */
    void pause(Duration howLong, Link link) {
        long until = System.nanoTime() + howLong.toNanos();
        synchronized (changed) {
            for (long left = howLong.toNanos(); left > 0 && !link.isClosed(); left = until - System.nanoTime()) {
                try {
                    changed.wait(millis(left));
                } catch (InterruptedException e) {
                    throw new IllegalStateException("a thread of the proxy was interrupted", e);
                }
            }
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
    }

    void ended(Link link) {
        synchronized (changed) {
            if (links.remove(link)) {
                ended.incrementAndGet();
            }
            changed.notifyAll();
        }
    }

    private static ServerSocket listenSomewhere() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return listen(ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT));
            } catch (IOException e) {
                // Somebody has it: another.
            }
        }
        throw new IllegalStateException(
                "ports %d to %d: none free in %d attempts".formatted(LOWEST_PORT, HIGHEST_PORT, ATTEMPTS));
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void serve(ServerSocket socket) {
        synchronized (changed) {
            listening = socket;
            accepting = start("accept", () -> acceptFrom(socket));
        }
    }

    private void acceptFrom(ServerSocket socket) {
        while (true) {
            Socket client;
            try {
                client = socket.accept();
            } catch (IOException e) {
                return; // closed: by refusing, or for good
            }
            connect(client);
        }
    }

    private void connect(Socket client) {
        Socket onward = new Socket();
        Link link;
        try {
            onward.connect(server, CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            onward.setTcpNoDelay(true);
            link = new Link(this, client, onward);
        } catch (IOException e) {
            closeQuietly(onward);
            closeQuietly(client);
            return;
        }
        synchronized (changed) {
            if (closed) {
                link.close();
                return;
            }
            links.add(link);
            start("to-server", () -> link.carry(Direction.TO_SERVER));
            start("to-client", () -> link.carry(Direction.TO_CLIENT));
            changed.notifyAll();
        }
    }

    private Thread start(String role, Runnable task) {
        threads.removeIf(thread -> !thread.isAlive());
        Thread thread = new Thread(task, "fault-proxy-" + server.getPort() + "-" + role);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
        return thread;
    }

    static void closeQuietly(@Nullable AutoCloseable closeable) {
        if (closeable == null) {
            return;
        }
        try {
            closeable.close();
        } catch (Exception e) {
            // It is to be gone, and is.
        }
    }

    /** Ends every link and all threads. Closing twice does nothing. */
    @Override
    public void close() {
        synchronized (changed) {
            closed = true;
        }
        refuse();
        links.forEach(Link::close);
        for (Thread thread : threads) {
            join(thread);
        }
        links.forEach(Link::close); // one that came while we closed
    }

    private static void join(Thread thread) {
        try {
            thread.join(CONNECT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
