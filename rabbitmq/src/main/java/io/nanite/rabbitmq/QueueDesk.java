package io.nanite.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.Bytes;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.PermissionRefused;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks into the queues of a broker, and takes out what it is told to, on a connection of its own. Waits for the broker; used by one
 * thread at a time. Every method throws {@link TransportException} if the broker cannot be reached or refuses.
 *
 * <p>Looking takes messages without acknowledging them and lets go of them by closing its channel, so that a process that is killed
 * while it looks loses nothing: the broker gives them back by itself. While somebody looks, other readers do not see what he
 * holds. What comes back stands where it stood, as far as its broker can: RabbitMQ puts it back into its place unless the queue has
 * moved on meanwhile, Broker-J too. Both say of it from then on that it has been delivered before ({@code redelivered}); and RabbitMQ's
 * quorum queues may count the look as a delivery ({@code x-delivery-count}), so a queue of letters should have no delivery limit.
 */
public final class QueueDesk implements AutoCloseable {

    private static final int CLOSE_MILLIS = 1000;

    private final RabbitConfig config;
    private @Nullable Connection connection;

    /** Does no I/O. */
    public QueueDesk(RabbitConfig config) {
        this.config = config;
    }

    /**
     * A queue.
     *
     * @param ready how many messages wait for a reader
     * @param readers how many there are
     */
    public record Depth(String queue, int ready, int readers) {}

    /** Something that is not as it must be, in a sentence. */
    public record Difference(String what, String sentence) {}

    /** What the broker says of itself. */
    public record Product(String name, String version) {}

    /**
     * A message in a queue.
     *
     * @param at when it was sent, if it says so
     * @param redelivered whether somebody was given it before
     */
    public record Held(
            Bytes body,
            @Nullable String contentType,
            Map<String, String> headers,
            @Nullable String id,
            @Nullable Instant at,
            boolean redelivered) {

        public Held {
            headers = Map.copyOf(headers);
        }
    }

    /** Some messages of a queue, oldest first; {@code total} is how many were ready. */
    public record Contents(int total, List<Held> messages) {

        public Contents {
            messages = List.copyOf(messages);
        }
    }

    public Product product() {
        BrokerDialect dialect = BrokerDialect.of(connection().getServerProperties());
        return new Product(dialect.product(), dialect.version());
    }

    /** Those of these queues that exist and that this user may see. */
    public List<Depth> depths(Collection<String> queues) {
        List<Depth> depths = new ArrayList<>();
        try (Lease lease = new Lease()) {
            for (String queue : queues) {
                declared(lease, queue)
                        .ifPresent(found ->
                                depths.add(new Depth(queue, found.getMessageCount(), found.getConsumerCount())));
            }
        }
        return depths;
    }

    /** What of the exchanges and queues that all share is not as it must be; what does not exist is made by who starts next. */
    public List<Difference> differences() {
        List<Difference> differences = new ArrayList<>();
        try (Lease lease = new Lease();
                Topology topology = new Topology(
                        lease::channel, BrokerDialect.of(connection().getServerProperties()), config.queueType())) {
            List<String> queues =
                    List.of(Source.requests(1).queue(), Source.offline(1).queue());
            for (Topology.Shared shared : topology.look(queues)) {
                if (shared.mismatch() != null) {
                    differences.add(new Difference(
                            shared.what(), String.valueOf(shared.mismatch().getMessage())));
                }
            }
        } catch (PermissionRefused e) {
            // Broker-J says so of an exchange of another type.
            differences.add(new Difference("topology", String.valueOf(e.getMessage())));
        }
        return differences;
    }

    /** The first so many messages of a queue, which stay where they are; none if there is no such queue. */
    public Contents look(String queue, int most) {
        try (Lease lease = new Lease()) {
            Optional<AMQP.Queue.DeclareOk> declared = declared(lease, queue);
            if (declared.isEmpty()) {
                return new Contents(0, List.of());
            }
            List<Held> messages = new ArrayList<>();
            Channel channel = lease.channel();
            while (messages.size() < most) {
                GetResponse got = channel.basicGet(queue, false);
                if (got == null) {
                    break;
                }
                messages.add(held(got));
            }
            return new Contents(declared.get().getMessageCount(), messages);
        } catch (IOException | ShutdownSignalException e) {
            throw Refusals.whileUsing("queue " + queue, e);
        }
    }

    /**
     * Takes out those of the first {@code depth} messages that are wanted, {@code most} at most, for ever. Returns how many those
     * were. If it throws, some may be gone and some not.
     */
    public int remove(String queue, int depth, int most, Predicate<Held> wanted) {
        try (Lease lease = new Lease()) {
            if (declared(lease, queue).isEmpty()) {
                return 0;
            }
            Channel channel = lease.channel();
            int removed = 0;
            for (int i = 0; i < depth && removed < most; i++) {
                GetResponse got = channel.basicGet(queue, false);
                if (got == null) {
                    break;
                }
                if (wanted.test(held(got))) {
                    channel.basicAck(got.getEnvelope().getDeliveryTag(), false);
                    removed++;
                }
            }
            channel.close(); // answered behind the acks
            return removed;
        } catch (IOException | ShutdownSignalException | TimeoutException e) {
            throw Refusals.whileUsing("queue " + queue, e);
        }
    }

    private static Held held(GetResponse got) {
        AMQP.BasicProperties properties = got.getProps();
        Map<String, String> headers = new TreeMap<>();
        if (properties.getHeaders() != null) {
            properties.getHeaders().forEach((name, value) -> headers.put(name, String.valueOf(value)));
        }
        Date at = properties.getTimestamp();
        return new Held(
                Bytes.of(got.getBody()),
                properties.getContentType(),
                headers,
                properties.getMessageId(),
                at == null ? null : at.toInstant(),
                got.getEnvelope().isRedeliver());
    }

    /** Empty if there is none, or it belongs to somebody else's connection. */
    private Optional<AMQP.Queue.DeclareOk> declared(Lease lease, String queue) {
        try {
            return Optional.of(lease.channel().queueDeclarePassive(queue));
        } catch (IOException | ShutdownSignalException e) {
            ShutdownSignalException signal = Refusals.signal(e);
            int code = signal == null ? 0 : Refusals.code(signal);
            if (code == AMQP.NOT_FOUND || code == AMQP.RESOURCE_LOCKED || code == AMQP.ACCESS_REFUSED) {
                return Optional.empty();
            }
            throw Refusals.whileUsing("queue " + queue, e);
        }
    }

    private Connection connection() {
        Connection current = connection;
        if (current != null && current.isOpen()) {
            return current;
        }
        TransportException last = null;
        for (BrokerNode node : config.nodes()) {
            try {
                Connection fresh = Wire.open(config, node, config.name() + " desk");
                connection = fresh;
                return fresh;
            } catch (TransportException e) {
                last = e;
            }
        }
        throw last == null ? new BrokerUnavailable("no node of " + config.where(), null) : last;
    }

    /** A channel for one look; a new one where what is refused took the last one, on some brokers with its connection. */
    private final class Lease implements AutoCloseable {

        private @Nullable Channel channel;

        Channel channel() {
            Channel current = channel;
            if (current != null && current.isOpen()) {
                return current;
            }
            try {
                Channel fresh = connection().createChannel();
                if (fresh == null) {
                    throw new BrokerUnavailable("%s gives no more channels".formatted(config.where()), null);
                }
                channel = fresh;
                return fresh;
            } catch (IOException | ShutdownSignalException e) {
                throw new BrokerUnavailable("cannot open a channel to %s".formatted(config.where()), e);
            }
        }

        /** With it goes back what was taken and not acknowledged. */
        @Override
        public void close() {
            if (channel != null && channel.isOpen()) {
                try {
                    channel.abort();
                } catch (IOException e) {
                    // It is as gone as it was to be.
                }
            }
        }
    }

    /** Leaves the broker. Closing twice does nothing. */
    @Override
    public void close() {
        Connection current = connection;
        if (current != null) {
            current.abort(CLOSE_MILLIS);
        }
    }
}
