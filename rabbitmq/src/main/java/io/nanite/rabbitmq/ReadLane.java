package io.nanite.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One subscription through all lives of its channel. Opened and closed on the supervisor's thread. */
final class ReadLane implements Subscription {

    private static final Logger LOG = LoggerFactory.getLogger(ReadLane.class);

    private enum State {
        WANTED,
        CANCELLED,
        CLOSED
    }

    private final Source source;
    private final Receiver receiver;
    private final Wire wire;
    private final Properties properties;
    private final Returns returns;
    private final TimeSource time;

    /** Runs a task on the supervisor's thread and waits for it. */
    private final Consumer<Runnable> supervised;

    /** Tells the supervisor that this wants to be opened again. */
    private final Runnable onBroken;

    private volatile State state = State.WANTED;
    private @Nullable Channel channel;
    private @Nullable String consumerTag;
    private boolean quorum;
    private @Nullable ConfirmWatch watch;
    private volatile boolean consuming;
    private final AtomicInteger lives = new AtomicInteger();

    private final AtomicLong arrivals = new AtomicLong();

    ReadLane(
            Source source,
            Receiver receiver,
            Wire wire,
            Properties properties,
            Returns returns,
            TimeSource time,
            Consumer<Runnable> supervised,
            Runnable onBroken) {
        this.source = source;
        this.receiver = receiver;
        this.wire = wire;
        this.properties = properties;
        this.returns = returns;
        this.time = time;
        this.supervised = supervised;
        this.onBroken = onBroken;
    }

    /** Whether it ought to be open and is not. */
    boolean isBroken() {
        return state == State.WANTED && !consuming && !source.abandoned();
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Whether the broker does not take what is answered. On the supervisor's thread. */
    boolean isOverdue(boolean takesMessages, Duration atMost) {
        return watch != null && isConsuming() && watch.isOverdue(takesMessages, atMost);
    }

    /** Whether it reads, as far as anybody has said. */
    boolean isConsuming() {
        return state == State.WANTED && consuming;
    }

    /** It does not read, whatever has been said. */
    void givenUp() {
        consuming = false;
    }

    /** The how-manieth it is that reads now. */
    int lives() {
        return lives.get();
    }

    /** How many messages have come. */
    long arrivals() {
        return arrivals.get();
    }

    /** Declares the queue and consumes it; throws a {@link io.nanite.core.transport.TransportException} if it cannot. */
    void open(RabbitConfig.QueueType queueType) {
        abandon();
        quorum = queueType == RabbitConfig.QueueType.QUORUM && wire.dialect().queueTypes();
        try (Topology topology = new Topology(wire::openChannel, wire.dialect(), queueType)) {
            if (source.abandoned()) {
                topology.look(source);
            } else {
                // Of a node that was lost a quorum queue may still count its readers, us among them, until it is back.
                topology.declare(source, quorum && lives.get() > 0);
            }
        }
        Channel fresh = wire.openChannel();
        try {
            fresh.addReturnListener(returns::returned);
            if (source.settled()) {
                fresh.basicQos(source.prefetch());
            }
            ConfirmWatch freshWatch = quorum && source.settled() ? ConfirmWatch.on(fresh, time) : null;
            channel = fresh;
            watch = freshWatch;
            consuming = true;
            consumerTag = fresh.basicConsume(
                    source.queue(),
                    !source.settled(),
                    "",
                    false,
                    source.lifetime() != Source.Lifetime.SHARED,
                    null,
                    new Intake(fresh, freshWatch));
        } catch (IOException | ShutdownSignalException e) {
            consuming = false;
            throw Refusals.whileUsing("queue " + source.queue(), e);
        }
        int before = lives.getAndIncrement();
        if (before > 0) {
            receiver.resubscribed(before);
        }
    }

    @Override
    public void cancel() {
        supervised.accept(() -> {
            if (state != State.WANTED) {
                return;
            }
            state = State.CANCELLED;
            if (consuming && channel != null && consumerTag != null) {
                try {
                    channel.basicCancel(consumerTag);
                } catch (IOException | ShutdownSignalException e) {
                    LOG.debug("{}: cancelled with its channel", source.queue(), e);
                }
            }
            consuming = false;
        });
    }

    @Override
    public void close() {
        cancel();
        wire.writer().flush(); // what was settled is not given back
        supervised.accept(() -> {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            abandon();
            delete();
        });
    }

    /**
     * A queue that its owner will not come back to goes. One that still holds work stays, for somebody to save it, and so does
     * one that has a reader, whose owner is back: all that it holds may be with that reader, and to a broker such a queue is
     * empty.
     */
    private void delete() {
        if (source.lifetime() == Source.Lifetime.SHARED
                || source.lifetime() == Source.Lifetime.CONNECTION
                || source.lifetime() == Source.Lifetime.ABANDONED) {
            return;
        }
        boolean careful = source.lifetime() != Source.Lifetime.OWNED_DELETED_ON_CLOSE;
        try {
            Channel scratch = wire.openChannel();
            if (!careful || !quorum) {
                scratch.queueDelete(source.queue(), careful, careful);
            } else if (mayGo(scratch)) {
                scratch.queueDelete(source.queue());
            }
            scratch.close();
        } catch (IOException
                | ShutdownSignalException
                | TimeoutException
                | io.nanite.core.transport.TransportException e) {
            LOG.debug("queue {} was not deleted", source.queue(), e);
        }
    }

    /**
     * Whether a quorum queue, which a broker does not delete on condition, is empty and has no reader now, and nobody can
     * be writing to it: of an agent that leaves, a mapper may not have heard that yet. Such a queue goes when mappers have.
     */
    private boolean mayGo(Channel scratch) throws IOException {
        if (source.lifetime() == Source.Lifetime.OWNED && Identity.isIdentity(source.queue())) {
            return false;
        }
        AMQP.Queue.DeclareOk now = scratch.queueDeclarePassive(source.queue());
        return now.getMessageCount() == 0 && now.getConsumerCount() == 0;
    }

    private void abandon() {
        consuming = false;
        Channel old = channel;
        channel = null;
        if (old != null && old.isOpen()) {
            try {
                old.abort();
            } catch (IOException e) {
                LOG.debug("{}: channel was gone already", source.queue(), e);
            }
        }
    }

    /** Takes what the broker pushes. Runs on the connection's reader thread. */
    private final class Intake extends DefaultConsumer {

        private final ReadChannel life;

        Intake(Channel channel, @Nullable ConfirmWatch watch) {
            super(channel);
            life = new ReadChannel(channel, watch, wire.writer(), properties, source.settled() ? source.prefetch() : 0);
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties sent, byte[] body) {
            try {
                arrivals.incrementAndGet();
                Delivery delivery = life.delivery(envelope, sent, body);
                if (Loopback.CONTENT_TYPE.equals(sent.getContentType())) {
                    delivery.parts().forEach(Delivery.Part::settle);
                } else {
                    receiver.receive(delivery);
                }
            } catch (RuntimeException e) {
                // The client would interrupt its own reader. What was not settled is delivered again with the next
                // life.
                LOG.error("{}: a message could not be taken in", source.queue(), e);
            }
        }

        @Override
        public void handleCancel(String tag) {
            LOG.warn("queue {} was deleted under its reader: building it again", source.queue());
            broken();
        }

        @Override
        public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
            if (!signal.isInitiatedByApplication() && !signal.isHardError()) {
                LOG.warn("channel of {} was closed: {}", source.queue(), Refusals.text(signal));
            }
            broken();
        }

        private void broken() {
            if (getChannel() == channel && state == State.WANTED && !source.abandoned()) {
                consuming = false;
                onBroken.run();
            }
        }
    }
}
