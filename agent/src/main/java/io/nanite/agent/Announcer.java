package io.nanite.agent;

import io.nanite.agent.status.StatusProbe;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Presence;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Vitals;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.PacketSender;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the mappers that this agent is here, alive and so loaded, or gone. Pings go out from the loop, whatever the status
 * probe does: it is asked on a thread of its own. Safe for use by many threads.
 */
final class Announcer {

    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    /**
     * How much sooner a ping may come: agents that started together must not ping together for ever. Never later: a mapper
     * may count the ping time as the limit.
     */
    private static final double JITTER = 0.2;

    /** How long a ping waits for the probe. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    /** What cannot be read seldom comes alone. */
    private static final Duration BEFORE_RENEWAL = Duration.ofMillis(250);

    /** Anybody can write nonsense: mappers are not made to send everything again more often than this. */
    private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(5);

    /** What an agent says about itself; nothing but the services ever changes. */
    record Self(
            AgentConfig config,
            Supplier<Set<Service>> services,
            String boot,
            @Nullable String version) {}

    private final Self self;
    private final IntSupplier busy;
    private final StatusProbe probe;
    private final Executor probing;
    private final PacketSender sender;
    private final EventLoop loop;
    private final DoubleSupplier random;
    private final Set<Object> reported = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean measuring = new AtomicBoolean();

    private final AtomicBoolean renewing = new AtomicBoolean();
    private final AtomicInteger renewals = new AtomicInteger();

    /** Written by whoever has set that it renews. */
    private volatile long nextRenewal = Long.MIN_VALUE;

    private volatile Status measured = Status.UNKNOWN;
    private volatile int epoch;
    private volatile Optional<Long> told = Optional.empty();
    private boolean open;
    private int life;
    private boolean linked = true;

    /**
     * {@code random} gives numbers from 0 to 1; {@code probing} runs the probe and may refuse to; {@code busy} says how
     * many slots are taken.
     */
    Announcer(
            Self self,
            IntSupplier busy,
            StatusProbe probe,
            Executor probing,
            PacketSender sender,
            EventLoop loop,
            DoubleSupplier random) {
        this.self = self;
        this.busy = busy;
        this.probe = probe;
        this.probing = probing;
        this.sender = sender;
        this.loop = loop;
        this.random = random;
    }

    /** Registers, before it returns, and pings from now on. Waits a moment for the first status. */
    void open() {
        int now;
        synchronized (this) {
            open = true;
            now = ++life;
        }
        try {
            ask().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("{} registers without a measured status", identity(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        register();
        LOG.info(
                "{} registered, tags {}, services {}",
                identity(),
                self.config().tags(),
                self.services().get());
        pingLater(now);
    }

    /** The link is down, or not all of it stands: who says now that it is here gets work that it cannot take. */
    synchronized void disconnected() {
        linked = false;
    }

    /** Everything stands again. */
    void connected() {
        synchronized (this) {
            linked = true;
        }
        register();
    }

    /** Tells every mapper all there is to know about this agent; nothing unless it is open, and can take work. */
    void register() {
        tell(
                Address.REGISTRATION,
                new Register(identity(), self.services().get(), self.config().tags(), status(), vitals()));
    }

    /** The queue or its consumer was built again: mappers must know that work may have been lost on the way. */
    void rebuilt(int epoch) {
        this.epoch = epoch;
        register();
    }

    /** Work came that nobody can read: mappers must send again what they wait for. Soon, and once for all that comes until then. */
    void renew() {
        if (renewing.compareAndSet(false, true)) {
            long now = loop.time().nanos();
            long due = Math.max(now + BEFORE_RENEWAL.toNanos(), nextRenewal);
            nextRenewal = due + BETWEEN_RENEWALS.toNanos();
            loop.after(Duration.ofNanos(due - now), () -> {
                renewing.set(false);
                renewals.incrementAndGet();
                register();
            });
        }
    }

    /** Says good-bye, and nothing after it. */
    void close() {
        synchronized (this) {
            if (!open) {
                return;
            }
            tell(Address.REGISTRATION, new UnRegister(identity()));
            open = false;
        }
        LOG.info("{} unregistered", identity());
    }

    /** How long ago it last told the mappers anything; empty if it never did. */
    Optional<Duration> lastTold() {
        return told.map(nanos -> Duration.ofNanos(loop.time().nanos() - nanos));
    }

    private Identity identity() {
        return self.config().identity();
    }

    private Vitals vitals() {
        AgentConfig config = self.config();
        return new Vitals(
                config.slots(), busy.getAsInt(), self.boot(), epoch + renewals.get(), self.version(), config.packs());
    }

    private Status status() {
        Status last = measured;
        return last.equals(Status.UNKNOWN)
                ? Status.of((double) busy.getAsInt() / self.config().slots())
                : last;
    }

    /** One at a time, so that nothing follows the good-bye. */
    private synchronized void tell(Address fanout, Presence presence) {
        if (!open || !linked) {
            return;
        }
        try {
            sender.tellMappers(fanout, presence);
            told = Optional.of(loop.time().nanos());
        } catch (RuntimeException e) {
            report(e.getClass(), "could not tell the mappers", e);
        }
    }

    /** Pings of a life before this one end. */
    private synchronized void pingLater(int of) {
        if (open && of == life) {
            double factor = 1 - JITTER * random.getAsDouble();
            long nanos = (long) (self.config().pingTime().toNanos() * factor);
            loop.after(Duration.ofNanos(nanos), () -> ping(of));
        }
    }

    /** On the loop: the ping goes out when the probe has been asked, or has been waited for long enough. */
    private void ping(int of) {
        pingLater(of);
        AtomicBoolean sent = new AtomicBoolean();
        Runnable once = () -> {
            if (sent.compareAndSet(false, true)) {
                tell(Address.HEARTBEAT, new Ping(identity(), status(), vitals()));
            }
        };
        EventLoop.Cancellable late = loop.after(PATIENCE, once);
        CompletableFuture<?> unused = ask().whenComplete((nothing, thrown) -> {
            late.cancel();
            once.run();
        });
    }

    /** Has the probe asked on its thread; done at once if it still has not answered the last time. */
    private CompletableFuture<?> ask() {
        if (!measuring.compareAndSet(false, true)) {
            report("hangs", "status probe has not returned since the last ping", null);
            return CompletableFuture.completedFuture(null);
        }
        try {
            return CompletableFuture.runAsync(this::measure, probing);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e); // closing
        }
    }

    private void measure() {
        try {
            measured = Objects.requireNonNull(probe.measure(), "status: null (expected: a Status)");
        } catch (Throwable e) {
            if (e instanceof VirtualMachineError error && !(e instanceof StackOverflowError)) {
                throw error;
            }
            report(e.getClass().getName(), "status probe failed, the last status stands", e);
        } finally {
            measuring.set(false);
        }
    }

    private void report(Object kind, String what, @Nullable Throwable cause) {
        if (reported.add(kind)) {
            LOG.warn("{} {}; more of this kind are not reported", identity(), what, cause);
        }
    }
}
