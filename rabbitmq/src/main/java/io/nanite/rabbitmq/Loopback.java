package io.nanite.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.transport.Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to ourselves, and says what the broker did with them. On a channel of its own: one that is refused takes
 * its channel with it. Opened on the supervisor's thread, sends on that of the lookouts; the connection's reader hears of
 * the fates.
 */
final class Loopback {

    /** The media type of a message that is for the transport alone. */
    static final String CONTENT_TYPE = "application/vnd.nanite.loopback";

    private static final byte[] BODY = "loopback".getBytes(StandardCharsets.US_ASCII);

    /** What the broker did with one. */
    enum Fate {
        /** It has not said. */
        SENT,
        /** It is in the queue. */
        TAKEN,
        /** No queue took it, or there is no such exchange. */
        HOMELESS,
        /** We may not send there. */
        FORBIDDEN,
        /** Refused, or its channel ended first. */
        LOST
    }

    /** One message. */
    static final class Probe {

        private volatile Fate fate = Fate.SENT;

        Fate fate() {
            return fate;
        }
    }

    private final Properties properties;

    private final TreeMap<Long, Probe> sent = new TreeMap<>();
    private @Nullable Channel channel;

    Loopback(Properties properties) {
        this.properties = properties;
    }

    synchronized boolean isOpen() {
        return channel != null && channel.isOpen();
    }

    /** Begins a new life on this channel. */
    void open(Channel fresh, BrokerDialect dialect) throws IOException {
        fresh.confirmSelect();
        fresh.addReturnListener(returned ->
                ended(fresh, Long.parseLong(returned.getProperties().getCorrelationId()), false, Fate.HOMELESS));
        fresh.addConfirmListener(new ConfirmListener() {
            @Override
            public void handleAck(long sequence, boolean multiple) {
                ended(fresh, sequence, multiple, Fate.TAKEN);
            }

            @Override
            public void handleNack(long sequence, boolean multiple) {
                // One broker says so of what has no queue, and only then that it comes back; to others the queue is
                // full.
                ended(fresh, sequence, multiple, dialect.nacksUnroutable() ? Fate.HOMELESS : Fate.LOST);
            }
        });
        fresh.addShutdownListener(cause -> ended(fresh, Long.MAX_VALUE, true, fate(cause)));
        synchronized (this) {
            channel = fresh;
            sent.values().forEach(probe -> probe.fate = Fate.LOST);
            sent.clear();
        }
    }

    private static Fate fate(ShutdownSignalException cause) {
        return switch (Refusals.code(cause)) {
            case AMQP.NOT_FOUND -> Fate.HOMELESS;
            case AMQP.ACCESS_REFUSED -> Fate.FORBIDDEN;
            default -> Fate.LOST;
        };
    }

    /** Sends one. */
    Probe send(Address to) throws IOException {
        Probe probe = new Probe();
        Channel current;
        long sequence;
        synchronized (this) {
            current = channel;
            if (current == null) {
                throw new IOException("loopback: not open");
            }
            sequence = current.getNextPublishSeqNo();
            sent.put(sequence, probe);
        }
        Outgoing message = new Outgoing(to, CONTENT_TYPE, BODY, null, false, Map.of(), List.of());
        BasicProperties described = properties.of(message, Long.toString(sequence));
        current.basicPublish(message.exchange(), message.key(), true, described, message.body());
        return probe;
    }

    private synchronized void ended(Channel from, long sequence, boolean multiple, Fate fate) {
        if (from != channel) {
            return;
        }
        Map<Long, Probe> these = multiple ? sent.headMap(sequence, true) : sent.subMap(sequence, true, sequence, true);
        these.values().forEach(probe -> probe.fate = fate);
        these.clear();
    }
}
