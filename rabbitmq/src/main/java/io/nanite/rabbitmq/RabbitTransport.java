package io.nanite.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportException;
import io.nanite.core.transport.TransportListener;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries packets over AMQP 0-9-1, to RabbitMQ and to any broker that speaks it.
 *
 * <p>Two connections: one to publish, one to consume, so that a broker that holds back publishers does not hold back their
 * answers. Its own supervisor connects, declares, subscribes, and does so again whenever something breaks.
 */
public final class RabbitTransport implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(RabbitTransport.class);

    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);
    private static final Duration SWEEP = Duration.ofMillis(50);

    /** How long closing waits for what is still to be written and confirmed. */
    private static final Duration FLUSH = Duration.ofSeconds(5);

    private final RabbitConfig config;
    private final EventLoop loop;
    private final EventLoop looking;
    private final RandomGenerator random = new SplittableRandom();
    private final Wire publishing;
    private final Wire consuming;
    private final Properties properties;
    private final Returns returns;
    private final DirectLane direct;
    private final ConfirmingLane confirming;
    private final Loopback loopback;
    private final List<ReadLane> readers = new CopyOnWriteArrayList<>();
    private final List<Source> declared = new CopyOnWriteArrayList<>();
    private volatile TransportListener listener = new TransportListener() {};
    private volatile boolean closed;

    private final Map<ReadLane, Lookout> lookouts = new ConcurrentHashMap<>();

    /** Written only on the supervisor's thread. */
    private volatile boolean up;

    // Touched only on the supervisor's thread.
    private boolean retrying;
    private int failures;
    private volatile @Nullable String blockedBecause;
    private long blockedSince;

    /** Does no I/O. */
    public RabbitTransport(RabbitConfig config) {
        this.config = config;
        loop = new SingleThreadLoop(
                config.name() + "-supervisor", error -> LOG.error("{}: supervising failed", config.where(), error));
        looking = new SingleThreadLoop(
                config.name() + "-lookout", error -> LOG.error("{}: looking failed", config.where(), error));
        publishing = new Wire(config, "publish", this::lost, this::blocked);
        consuming = new Wire(config, "consume", this::lost, this::answersBlocked);
        properties = new Properties(config.user());
        returns = new Returns(() -> listener);
        direct = new DirectLane(properties, returns);
        loopback = new Loopback(properties);
        confirming = new ConfirmingLane(config, properties, loop.time(), publishing.writer());
    }

    @Override
    public void start(TransportListener newListener) {
        listener = newListener;
        try {
            supervised(this::build);
        } catch (TransportException e) {
            disconnect();
            throw e;
        }
        supervised(() -> {
            up = true;
            loop.every(SWEEP, this::sweep);
            if (!config.lookout().isZero()) {
                looking.every(config.lookout(), this::look);
            }
            BrokerDialect dialect = publishing.dialect();
            LOG.info("connected to {} ({} {})", config.where(), dialect.product(), dialect.version());
            listener.connected();
        });
    }

    /** Whether both connections stand, as far as is known. */
    public boolean isConnected() {
        return up && publishing.isUp() && consuming.isUp();
    }

    /** Why the broker takes nothing at the moment, in its words; empty if it does. */
    public Optional<String> blocked() {
        return Optional.ofNullable(blockedBecause);
    }

    @Override
    public void send(Parcel parcel) {
        publishing.writer().enqueue(new Writer.Order.Send(direct, checked(parcel), null));
    }

    @Override
    public CompletableFuture<PublishReceipt> publish(Parcel parcel) {
        return confirming.publish(checked(parcel));
    }

    private static Parcel checked(Parcel parcel) {
        if (parcel.body().length() == 0) {
            throw new IllegalArgumentException("parcel for %s: 0 bytes (expected: a packet)".formatted(parcel.to()));
        }
        return parcel;
    }

    @Override
    public Subscription subscribe(Source source, Receiver receiver) {
        if (closed) {
            throw new BrokerUnavailable("%s: this transport is closed".formatted(config.where()), null);
        }
        ReadLane lane = new ReadLane(
                source,
                receiver,
                consuming,
                properties,
                returns,
                loop.time(),
                this::supervised,
                () -> loop.execute(this::repair));
        supervised(() -> {
            lane.open(config.queueType());
            readers.add(lane);
            if (!source.abandoned()) {
                lookouts.put(lane, new Lookout(source, lane, loopback, () -> topologyOf(consuming)));
            }
        });
        return lane;
    }

    @Override
    public void declare(Source source) {
        supervised(() -> {
            try (Topology topology = topologyOf(publishing)) {
                topology.declare(source);
            }
            declared.add(source);
        });
    }

    /**
     * How many messages are ready in each of these queues, without those that a reader has; queues that do not exist are left
     * out. Waits for the broker; throws {@link TransportException} if that refuses, or is not there.
     */
    public Map<String, Integer> ready(Collection<String> queues) {
        Map<String, Integer> found = new HashMap<>();
        supervised(() -> {
            try (Topology topology = topologyOf(publishing)) {
                found.putAll(topology.ready(queues));
            }
        });
        return found;
    }

    /** Builds what is missing; throws at the first thing that cannot be built. On the supervisor's thread. */
    private void build() {
        if (!publishing.isUp()) {
            publishing.connect();
        }
        if (!consuming.isUp()) {
            consuming.connect();
        }
        readers.removeIf(ReadLane::isClosed);
        boolean publishes = direct.isOpen() && confirming.isOpen();
        if (!publishes || readers.stream().anyMatch(ReadLane::isBroken)) {
            // What is shared may be gone: that may be why something is broken.
            try (Topology topology = topologyOf(publishing)) {
                topology.declareCommon();
                declared.forEach(topology::declare);
            }
        }
        if (!publishes || !loopback.isOpen()) {
            try {
                if (!direct.isOpen()) {
                    Channel channel = watched(publishing);
                    boolean quorum = config.queueType() == RabbitConfig.QueueType.QUORUM
                            && publishing.dialect().queueTypes();
                    direct.open(channel, quorum ? ConfirmWatch.on(channel, loop.time()) : null);
                }
                if (!confirming.isOpen()) {
                    confirming.open(watched(publishing), publishing.dialect());
                }
                if (!loopback.isOpen()) {
                    loopback.open(publishing.openChannel(), publishing.dialect());
                }
            } catch (IOException | ShutdownSignalException e) {
                throw Refusals.whileUsing("publishing", e);
            }
        }
        for (ReadLane reader : readers) {
            if (reader.isBroken()) {
                reader.open(config.queueType());
            }
        }
    }

    /** A channel whose end is noticed even if its connection lives on. */
    private Channel watched(Wire wire) {
        Channel channel = wire.openChannel();
        channel.addShutdownListener(cause -> {
            if (!cause.isHardError() && !cause.isInitiatedByApplication()) {
                LOG.warn("a publishing channel was closed: {}", Refusals.text(cause));
                loop.execute(this::repair);
            }
        });
        return channel;
    }

    /** Builds again, now or, if that fails, later. On the supervisor's thread. */
    private void repair() {
        if (closed) {
            return;
        }
        tellLoss();
        if (retrying) {
            return;
        }
        try {
            if (!confirming.isOpen()) {
                confirming.lost();
            }
            build();
            failures = 0;
            if (!up) {
                up = true;
                LOG.info("connected to {} again", config.where());
                listener.connected();
            }
        } catch (TransportException e) {
            Duration wait = backoff(e);
            LOG.warn("{}; trying again in {} ms", e.getMessage(), wait.toMillis());
            retrying = true;
            loop.after(wait, () -> {
                retrying = false;
                repair();
            });
        }
    }

    /** Full jitter: a fleet that lost one broker must not come back as one. */
    private Duration backoff(TransportException cause) {
        if (!(cause instanceof QueueInUse)) {
            failures++; // a queue that is in use is being emptied, and free in a moment
        }
        long most = Math.min(FIRST_RETRY.toNanos() << Math.min(failures, 10), LONGEST_RETRY.toNanos());
        return Duration.ofNanos(random.nextLong(most) + 1);
    }

    private void lost(Wire wire, ShutdownSignalException cause) {
        if (closed || (cause.isInitiatedByApplication() && wire.isUp())) {
            return;
        }
        loop.execute(this::repair);
    }

    /** Says that a connection is gone before anything is done about it: to connect to a broker that hangs takes seconds. */
    private void tellLoss() {
        if (!publishing.isUp()) {
            unblocked(); // the next connection is told anew
        }
        if (!up || (publishing.isUp() && consuming.isUp())) {
            return;
        }
        up = false;
        ShutdownSignalException cause = (publishing.isUp() ? consuming : publishing).closeReason();
        String why = cause == null ? "closed" : Refusals.text(cause);
        LOG.warn("lost the connection to {}: {}", config.where(), why);
        listener.disconnected(new BrokerUnavailable("%s: the link broke: %s".formatted(config.where(), why), cause));
    }

    private void blocked(@Nullable String reason) {
        loop.execute(() -> {
            if (reason == null) {
                unblocked();
            } else if (blockedBecause == null) {
                blockedBecause = reason;
                blockedSince = loop.time().nanos();
                LOG.warn("{} takes no messages: {}", config.where(), reason);
                listener.blocked(reason);
            }
        });
    }

    private void unblocked() {
        if (blockedBecause != null) {
            blockedBecause = null;
            Duration blockedFor = Duration.ofNanos(loop.time().nanos() - blockedSince);
            LOG.info("{} takes messages again after {} s", config.where(), blockedFor.toSeconds());
            listener.unblocked(blockedFor);
        }
    }

    /** Acks go behind the answers that they follow, and wait with them. */
    private void answersBlocked(@Nullable String reason) {
        if (reason == null) {
            LOG.info("{} takes answers again", config.where());
        } else {
            LOG.warn("{} takes no answers, they wait here: {}", config.where(), reason);
        }
    }

    private void sweep() {
        Duration patience = config.verdictTimeout();
        if (direct.isOverdue(publishing.writable(), patience)) {
            LOG.warn("{} does not take what is sent: connecting anew", config.where());
            publishing.abort("not taken");
        }
        for (ReadLane reader : readers) {
            if (reader.isOverdue(consuming.writable(), patience)) {
                LOG.warn("{} does not take what is answered: connecting anew", config.where());
                consuming.abort("not taken");
            }
        }
        if (blockedBecause != null) {
            sweepBlocked(blockedBecause);
        } else if (confirming.sweep() && publishing.writable()) {
            LOG.warn(
                    "{} has not confirmed for {} s: connecting anew",
                    config.where(),
                    config.verdictTimeout().toSeconds());
            publishing.abort("no confirm in time");
        }
    }

    private void sweepBlocked(String reason) {
        confirming.sweepBlocked(blockedFor("%s takes nothing: %s".formatted(config.where(), reason)));
        publishing
                .writer()
                .giveBack(
                        config.blockedTimeout(),
                        send -> withdrawn(
                                send,
                                blockedFor("%s takes nothing, nor what is for %s: %s"
                                        .formatted(config.where(), send.parcel().to(), reason))));
    }

    private BrokerBlocked blockedFor(String what) {
        return new BrokerBlocked("%s (waited for %s)".formatted(what, config.blockedTimeout()), null);
    }

    private void withdrawn(Writer.Order.Send send, BrokerBlocked cause) {
        if (send.pending() == null) {
            listener.unsent(send.parcel(), cause);
        } else {
            confirming.withdrawn(send.pending(), cause);
        }
    }

    /** Looks after what is read, on a thread that may wait for the broker. A broker that takes nothing hears no questions. */
    private void look() {
        lookouts.keySet().removeIf(ReadLane::isClosed);
        lookouts.forEach((reader, lookout) -> {
            if (!up || !publishing.writable() || !consuming.writable()) {
                return;
            }
            switch (lookout.look()) {
                case WELL -> {}
                case BROKEN ->
                    loop.execute(() -> {
                        reader.givenUp();
                        repair();
                    });
                case DEAF -> {
                    LOG.warn("{} delivers nothing: connecting anew", config.where());
                    consuming.abort("nothing is delivered");
                }
            }
        });
        if (up && !loopback.isOpen()) {
            loop.execute(this::repair);
        }
    }

    private Topology topologyOf(Wire wire) {
        return new Topology(wire::openChannel, wire.dialect(), config.queueType());
    }

    /** Runs the task on the supervisor's thread, and waits; throws what it throws. */
    private void supervised(Runnable task) {
        if (closed) {
            return;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        try {
            done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TransportException refused) {
                refused.addSuppressed(new AsynchronousCall());
                throw refused;
            }
            throw e;
        }
    }

    /** Shows where the call came from that failed on the supervisor's thread. */
    private static final class AsynchronousCall extends RuntimeException {

        AsynchronousCall() {
            super("called from here");
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        flush();
        readers.forEach(ReadLane::close);
        disconnect();
    }

    private void disconnect() {
        closed = true;
        publishing.close();
        consuming.close();
        giveUp();
        looking.close();
        loop.close();
    }

    private void giveUp() {
        BrokerUnavailable cause =
                new BrokerUnavailable("%s: closed before the broker said anything".formatted(config.where()), null);
        publishing.writer().giveBack(Duration.ZERO, send -> {
            if (send.pending() != null) {
                confirming.withdrawn(send.pending(), cause);
            }
        });
        confirming.giveUp(cause);
    }

    private void flush() {
        publishing.writer().flush();
        consuming.writer().flush();
        long until = loop.time().nanos() + FLUSH.toNanos();
        while (confirming.unsettled() > 0 && publishing.isUp() && loop.time().nanos() - until < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}
