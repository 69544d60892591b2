package io.nanite.faultkit;

import io.nanite.faultkit.FaultProxy.Direction;
import io.nanite.faultkit.FaultProxy.Order;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;

/** One connection through a {@link FaultProxy}. Each direction is carried by a thread of its own. */
final class Link {

    private static final int BATCH = 64 * 1024;

    /** How often in a second a limited rate lets something through. */
    private static final int SHARES = 20;

    private final FaultProxy proxy;
    private final Socket client;
    private final Socket server;
    private final Carrier toServer;
    private final Carrier toClient;
    private final AmqpDeliveries deliveries = new AmqpDeliveries();

    /** One side is gone, or will go, and the other must not be told. */
    private volatile boolean halfOpen;

    private volatile boolean closed;

    Link(FaultProxy proxy, Socket client, Socket server) throws IOException {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
        toServer = new Carrier(Direction.TO_SERVER, client, server);
        toClient = new Carrier(Direction.TO_CLIENT, server, client);
    }

    boolean isClosed() {
        return closed;
    }

    /** Carries bytes until one side ends. */
    void carry(Direction direction) {
        Carrier carrier = direction == Direction.TO_SERVER ? toServer : toClient;
        try {
            carrier.run();
        } catch (IOException e) {
            // A link's end, whoever ended it.
        } finally {
            carrier.end();
        }
    }

    void blacken() {
        toServer.black = true;
        toClient.black = true;
    }

    void forgetConsumers(boolean forGood) {
        if (!proxy.isAmqp()) {
            throw new IllegalStateException("fault proxy: for any protocol (expected: beforeAmqp)");
        }
        deliveries.forget(forGood);
    }

    boolean isBlack() {
        return toServer.black || toClient.black;
    }

    void leaveClient() {
        halfOpen = true;
        FaultProxy.closeQuietly(server);
    }

    void leaveServer() {
        halfOpen = true;
        FaultProxy.closeQuietly(client);
    }

    void reset() {
        try {
            client.setSoLinger(true, 0);
            server.setSoLinger(true, 0);
        } catch (IOException e) {
            // One side was closed already.
        }
        close();
    }

    void close() {
        closed = true;
        FaultProxy.closeQuietly(client);
        FaultProxy.closeQuietly(server);
        proxy.ended(this);
    }

    /** One direction of this link. */
    private final class Carrier {

        private final Direction direction;
        private final Socket from;
        private final Socket to;
        private final InputStream in;
        private final OutputStream out;
        private long serial;
        private long passed;
        private volatile boolean black;

        Carrier(Direction direction, Socket from, Socket to) throws IOException {
            this.direction = direction;
            this.from = from;
            this.to = to;
            in = from.getInputStream();
            out = to.getOutputStream();
        }

        /** The stream of one side has ended. The other hears of it, unless nothing is to reach it any more. */
        void end() {
            Order order = proxy.awaitFlow(direction, Link.this);
            halfOpen |= black || order.fault() instanceof Fault.Blackhole;
            FaultProxy.closeQuietly(from);
            if (!halfOpen || to.isClosed()) {
                close();
            }
        }

        void run() throws IOException {
            byte[] batch = new byte[BATCH];
            for (int length = in.read(batch, 0, share()); length >= 0; length = in.read(batch, 0, share())) {
                if (!deliver(batch, length)) {
                    return;
                }
            }
        }

        /** How much may be taken at once. */
        private int share() {
            return proxy.orderFor(direction).fault() instanceof Fault.Rate rate
                    ? Math.max(1, Math.min(BATCH, rate.bytesPerSecond() / SHARES))
                    : BATCH;
        }

        /** Does with the bytes what is ordered; returns false if that is the end of the link. */
        private boolean deliver(byte[] batch, int length) throws IOException {
            Order order = proxy.awaitFlow(direction, Link.this);
            if (order.serial() != serial) {
                serial = order.serial();
                passed = 0;
            }
            Fault fault = order.fault();
            if (black || halfOpen || fault instanceof Fault.Blackhole) {
                black = true;
                return true;
            }
            if (fault instanceof Fault.Delay delay) {
                proxy.pause(delay.by(), Link.this);
            } else if (fault instanceof Fault.Rate rate) {
                proxy.pause(Duration.ofNanos(length * 1_000_000_000L / rate.bytesPerSecond()), Link.this);
            } else if (fault instanceof Fault.Corrupt corrupt
                    && passed <= corrupt.at()
                    && corrupt.at() < passed + length) {
                batch[(int) (corrupt.at() - passed)] ^= 0x55;
            } else if (fault instanceof Fault.Cut cut && passed + length >= cut.after()) {
                out.write(batch, 0, (int) (cut.after() - passed));
                return false;
            }
            passed += length;
            try {
                if (direction == Direction.TO_CLIENT && proxy.isAmqp()) {
                    out.write(deliveries.filter(batch, length));
                } else {
                    out.write(batch, 0, length);
                }
            } catch (IOException e) {
                if (!halfOpen) {
                    throw e;
                }
                black = true; // that side was closed meanwhile, and this one is not to know
            }
            return true;
        }
    }
}
