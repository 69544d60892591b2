package io.nanite.rabbitmq;

import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
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
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

    /** How often a broker that does not tell of deleted queues is asked. */
    private static final Duration QUEUE_CHECK = Duration.ofSeconds(30);

    /** How long closing waits for what is still to be written and confirmed. */
    private static final Duration FLUSH = Duration.ofSeconds(5);

    private final RabbitConfig config;
    private final EventLoop loop;
    private final RandomGenerator random = new SplittableRandom();
    private final Wire publishing;
    private final Wire consuming;
    private final Properties properties;
    private final Returns returns;
    private final DirectLane direct;
    private final ConfirmingLane confirming;
    private final List<ReadLane> readers = new CopyOnWriteArrayList<>();
    private final List<Source> declared = new CopyOnWriteArrayList<>();
    private volatile TransportListener listener = new TransportListener() {};
    private volatile boolean closed;

    // Touched only on the supervisor's thread.
    private boolean up;
    private boolean retrying;
    private int failures;
    private long blockedSince;

    /** Does no I/O. */
    public RabbitTransport(RabbitConfig config) {
        this.config = config;
        loop = new SingleThreadLoop(
                config.name() + "-supervisor", error -> LOG.error("{}: supervising failed", config.where(), error));
        publishing = new Wire(config, "publish", this::lost, this::blocked);
        consuming = new Wire(config, "consume", this::lost, reason -> {});
        properties = new Properties(config.user());
        returns = new Returns(() -> listener);
        direct = new DirectLane(properties, returns);
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
            loop.every(QUEUE_CHECK, this::checkQueues);
            BrokerDialect dialect = publishing.dialect();
            LOG.info("connected to {} ({} {})", config.where(), dialect.product(), dialect.version());
            listener.connected();
        });
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
                source, receiver, consuming, properties, returns, this::supervised, () -> loop.execute(this::repair));
        supervised(() -> {
            lane.open(config.queueType());
            readers.add(lane);
        });
        return lane;
    }

    @Override
    public void declare(Source source) {
        supervised(() -> {
            try (Topology topology = new Topology(publishing::openChannel, publishing.dialect(), config.queueType())) {
                topology.declare(source);
            }
            declared.add(source);
        });
    }

    /** Builds what is missing; throws at the first thing that cannot be built. On the supervisor's thread. */
    private void build() {
        if (!publishing.isUp()) {
            publishing.connect();
        }
        if (!consuming.isUp()) {
            consuming.connect();
        }
        if (!direct.isOpen() || !confirming.isOpen()) {
            try (Topology topology = new Topology(publishing::openChannel, publishing.dialect(), config.queueType())) {
                topology.declareCommon();
                declared.forEach(topology::declare);
            }
            try {
                if (!direct.isOpen()) {
                    direct.open(watched(publishing));
                }
                if (!confirming.isOpen()) {
                    confirming.open(watched(publishing), publishing.dialect());
                }
            } catch (IOException | ShutdownSignalException e) {
                throw Refusals.whileUsing("publishing", e);
            }
        }
        readers.removeIf(ReadLane::isClosed);
        for (ReadLane reader : readers) {
            if (reader.isBroken()) {
                reader.open(config.queueType());
            }
        }
    }

    /** A channel whose end is noticed even if its connection lives on. */
    private com.rabbitmq.client.Channel watched(Wire wire) {
        com.rabbitmq.client.Channel channel = wire.openChannel();
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
        if (closed || retrying) {
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
        loop.execute(() -> {
            if (up) {
                up = false;
                LOG.warn("lost the connection to {}: {}", config.where(), Refusals.text(cause));
                listener.disconnected(new BrokerUnavailable(
                        "%s: the link broke: %s".formatted(config.where(), Refusals.text(cause)), cause));
            }
            repair();
        });
    }

    private void blocked(@Nullable String reason) {
        loop.execute(() -> {
            if (reason != null) {
                blockedSince = loop.time().nanos();
                LOG.warn("{} takes no messages: {}", config.where(), reason);
                listener.blocked(reason);
            } else {
                Duration blockedFor = Duration.ofNanos(loop.time().nanos() - blockedSince);
                LOG.info("{} takes messages again after {} s", config.where(), blockedFor.toSeconds());
                listener.unblocked(blockedFor);
            }
        });
    }

    private void sweep() {
        if (confirming.sweep() && publishing.writable()) {
            LOG.warn(
                    "{} has not confirmed for {} s: connecting anew",
                    config.where(),
                    config.verdictTimeout().toSeconds());
            publishing.abort("no confirm in time");
        }
    }

    private void checkQueues() {
        if (!up || consuming.dialect().tellsOfDeletedQueues()) {
            return;
        }
        readers.forEach(ReadLane::check);
        if (readers.stream().anyMatch(ReadLane::isBroken)) {
            repair();
        }
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
        confirming.giveUp();
        loop.close();
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
