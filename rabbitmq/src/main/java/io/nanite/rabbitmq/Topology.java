package io.nanite.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.NoSuchQueue;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TopologyMismatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What must exist in the vhost, and its declaring, on a channel that nobody else uses: a refused declaration takes its
 * channel with it. Used by one thread.
 */
final class Topology implements AutoCloseable {

    private record Exchange(String name, BuiltinExchangeType type) {}

    private static final List<Exchange> EXCHANGES = List.of(
            new Exchange("registration", BuiltinExchangeType.FANOUT),
            new Exchange("heartbeat", BuiltinExchangeType.FANOUT),
            new Exchange("request", BuiltinExchangeType.FANOUT),
            new Exchange("advertise", BuiltinExchangeType.FANOUT),
            new Exchange(Address.REPLY, BuiltinExchangeType.TOPIC),
            new Exchange("files", BuiltinExchangeType.TOPIC));

    private static final String DEAD_LETTERS = ((Address.Queue) Address.DEAD_LETTER).name();

    private final Supplier<Channel> channels;
    private final BrokerDialect dialect;
    private final RabbitConfig.QueueType queueType;
    private @Nullable Channel channel;

    Topology(Supplier<Channel> channels, BrokerDialect dialect, RabbitConfig.QueueType queueType) {
        this.channels = channels;
        this.dialect = dialect;
        this.queueType = queueType;
    }

    /** What every process needs to publish. */
    void declareCommon() {
        for (Exchange exchange : EXCHANGES) {
            ensure(
                    "exchange " + exchange.name(),
                    channel -> channel.exchangeDeclare(exchange.name(), exchange.type(), true),
                    channel -> channel.exchangeDeclarePassive(exchange.name()));
        }
        ensure(
                "queue " + DEAD_LETTERS,
                channel -> channel.queueDeclare(DEAD_LETTERS, true, false, false, durableArguments()),
                channel -> channel.queueDeclarePassive(DEAD_LETTERS));
    }

    /** The queue that the source reads, and what feeds it; refused if it should have one reader and has one already. */
    void declare(Source source) {
        declare(source, false);
    }

    /** As above, whatever readers it has if {@code ours} says that they are us. */
    void declare(Source source, boolean ours) {
        boolean durable = source.lifetime() != Source.Lifetime.CONNECTION;
        // Exclusive queues are never durable: Broker-J would keep one, locked, when its connection is gone.
        ensure(
                "queue " + source.queue(),
                channel -> admit(
                        source,
                        ours,
                        channel.queueDeclare(
                                source.queue(),
                                durable,
                                !durable,
                                !durable,
                                durable ? durableArguments() : type(RabbitConfig.QueueType.CLASSIC))),
                channel -> admit(source, ours, channel.queueDeclarePassive(source.queue())));
        for (Address.Exchange from : source.bindings()) {
            ensure("binding of %s to %s".formatted(source.queue(), from.name()), channel -> {
                channel.queueBind(source.queue(), from.name(), from.key());
            });
        }
    }

    /** Refuses a queue for one reader that has one: to be refused by the broker costs a connection on some. */
    private static void admit(Source source, boolean ours, AMQP.Queue.DeclareOk declared) {
        if (!ours && source.lifetime() != Source.Lifetime.SHARED && declared.getConsumerCount() > 0) {
            throw new QueueInUse(
                    "queue %s: %d readers (expected: none; is another process of this name running?)"
                            .formatted(source.queue(), declared.getConsumerCount()),
                    null);
        }
    }

    /** Looks whether somebody else's queue is there and has no reader. */
    void look(Source source) {
        try {
            attempt(channel -> admit(source, false, channel.queueDeclarePassive(source.queue())));
        } catch (IOException | ShutdownSignalException e) {
            ShutdownSignalException signal = Refusals.signal(e);
            if (signal != null && Refusals.code(signal) == AMQP.NOT_FOUND) {
                throw new NoSuchQueue("queue %s: does not exist".formatted(source.queue()), e);
            }
            throw Refusals.whileUsing("queue " + source.queue(), e);
        }
    }

    /** Binds the queue to what feeds it, which costs little if it is bound; returns false if that does not exist. */
    boolean isBound(Source source) throws IOException {
        for (Address.Exchange from : source.bindings()) {
            if (!exists(channel -> channel.exchangeDeclarePassive(from.name()))) {
                return false;
            }
            attempt(channel -> channel.queueBind(source.queue(), from.name(), from.key()));
        }
        return true;
    }

    /** Whether the queue exists and has a reader, and what feeds it exists. */
    boolean isRead(Source source) throws IOException {
        boolean[] read = {false};
        return exists(channel ->
                        read[0] = channel.queueDeclarePassive(source.queue()).getConsumerCount() > 0)
                && read[0]
                && isBound(source);
    }

    /**
     * How an exchange or a durable queue is, found without making it.
     *
     * @param what it is, with its name
     * @param exists whether it is there
     * @param compared whether this user may declare it, and so hear what is different
     * @param messages how many lie in it, if it is a queue
     * @param mismatch how it differs from what it must be; null if it does not, as far as is known
     */
    record Shared(
            String what,
            boolean exists,
            boolean compared,
            int messages,
            @Nullable TopologyMismatch mismatch) {}

    /** Looks at the exchanges, at the queue of dead letters, and at these durable queues. */
    List<Shared> look(List<String> queues) {
        List<Shared> found = new ArrayList<>();
        for (Exchange exchange : EXCHANGES) {
            found.add(compare(
                    "exchange " + exchange.name(),
                    channel -> {
                        channel.exchangeDeclarePassive(exchange.name());
                        return 0;
                    },
                    channel -> channel.exchangeDeclare(exchange.name(), exchange.type(), true)));
        }
        List<String> names = new ArrayList<>(List.of(DEAD_LETTERS));
        names.addAll(queues);
        for (String name : names) {
            found.add(compare(
                    "queue " + name,
                    channel -> channel.queueDeclarePassive(name).getMessageCount(),
                    channel -> channel.queueDeclare(name, true, false, false, durableArguments())));
        }
        return found;
    }

    private Shared compare(String what, Looking look, Declaration declare) {
        int[] messages = {0};
        try {
            if (!exists(channel -> messages[0] = look.on(channel))) {
                return new Shared(what, false, false, 0, null);
            }
            attempt(declare);
            return new Shared(what, true, true, messages[0], null);
        } catch (IOException | ShutdownSignalException e) {
            ShutdownSignalException signal = Refusals.signal(e);
            if (signal != null && Refusals.code(signal) == AMQP.ACCESS_REFUSED) {
                return new Shared(what, true, false, messages[0], null);
            }
            if (Refusals.whileUsing(what, e) instanceof TopologyMismatch mismatch) {
                return new Shared(what, true, true, messages[0], mismatch);
            }
            throw Refusals.whileUsing(what, e);
        }
    }

    /** How many messages are ready in each of these queues; those that do not exist are left out. */
    Map<String, Integer> ready(Collection<String> queues) {
        Map<String, Integer> found = new LinkedHashMap<>();
        for (String queue : queues) {
            try {
                int[] messages = {0};
                if (exists(channel ->
                        messages[0] = channel.queueDeclarePassive(queue).getMessageCount())) {
                    found.put(queue, messages[0]);
                }
            } catch (IOException | ShutdownSignalException e) {
                throw Refusals.whileUsing("queue " + queue, e);
            }
        }
        return found;
    }

    @FunctionalInterface
    private interface Looking {

        int on(Channel channel) throws IOException;
    }

    private boolean exists(Declaration look) throws IOException {
        try {
            attempt(look);
            return true;
        } catch (IOException | ShutdownSignalException e) {
            ShutdownSignalException signal = Refusals.signal(e);
            if (signal != null && Refusals.code(signal) == AMQP.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private Map<String, Object> durableArguments() {
        return type(queueType);
    }

    private Map<String, Object> type(RabbitConfig.QueueType wanted) {
        // Always said: a broker may be set up to make quorum queues of those that say nothing.
        return dialect.queueTypes() ? Map.of("x-queue-type", wanted.name().toLowerCase(Locale.ROOT)) : Map.of();
    }

    /** Declares; where this user may not, what exists already is good enough. */
    private void ensure(String what, Declaration declare, Declaration look) {
        try {
            attempt(declare);
        } catch (IOException | ShutdownSignalException e) {
            ShutdownSignalException signal = Refusals.signal(e);
            if (signal == null || Refusals.code(signal) != AMQP.ACCESS_REFUSED) {
                throw Refusals.whileUsing(what, e);
            }
            try {
                attempt(look);
            } catch (IOException | ShutdownSignalException missing) {
                throw Refusals.whileUsing(what, e);
            }
        }
    }

    private void ensure(String what, Declaration declare) {
        try {
            attempt(declare);
        } catch (IOException | ShutdownSignalException e) {
            throw Refusals.whileUsing(what, e);
        }
    }

    private void attempt(Declaration declaration) throws IOException {
        Channel current = channel;
        if (current == null || !current.isOpen()) {
            current = channels.get();
            channel = current;
        }
        declaration.on(current);
    }

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

    @FunctionalInterface
    private interface Declaration {

        void on(Channel channel) throws IOException;
    }
}
