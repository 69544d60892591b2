package io.nanite.agent;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.Stage;
import com.google.inject.TypeLiteral;
import io.nanite.agent.actor.Interceptor;
import io.nanite.agent.status.StatusProbe;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.security.Authorizer;
import io.nanite.core.security.Refusals;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportException;
import io.nanite.core.transport.TransportListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent: hosts actors, tells every mapper about them, and runs what it is asked for. Started once, closed once; safe
 * for use by many threads.
 *
 * <pre>{@code
 * try (Agent agent = Agent.start(AgentConfig.named("fred"), transport, new Shop())) {
 *     agent.awaitClose();
 * }
 * }</pre>
 */
public final class Agent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    /** Most bytes of answers that are remembered. */
    private static final long REMEMBERED_BYTES = 32L << 20;

    /** How long a mapper may take to save what a former life of this agent has left. */
    private static final Duration RESCUE = Duration.ofSeconds(10);

    private static final Duration RESCUE_CHECK = Duration.ofMillis(250);

    /** A broker gives what a former life held before anything else: after so long all of it has come. */
    static final Duration TIDYING = Duration.ofSeconds(30);

    /** Any type, by a name that is no class: a value of a class is converted to others, but not to itself. */
    private static final Type ANYTHING = new TypeLiteral<List<?>>() {}.getType() instanceof ParameterizedType list
            ? list.getActualTypeArguments()[0]
            : Object.class;

    private enum State {
        NEW,
        STARTED,
        DRAINED,
        QUIET,
        CLOSED
    }

    private final AgentConfig config;
    private final Transport transport;
    private final EventLoop loop;
    private final Injector injector;
    private final Serializer serializer;
    private final List<OwnActor> own = new ArrayList<>();
    private final Hosted hosted;
    private final Counts counts = new Counts();
    private final Refusals refusals = new Refusals();
    private final ExecutorService probing;
    private final ExecutorService callbacks;
    private final MapperClient mappers;
    private final Instructed instructed;
    private final CompletedJobs completed;
    private final Dispatcher dispatcher;
    private final Suspects suspects;
    private final Announcer announcer;
    private final AgentInbox inbox;
    private final CountDownLatch closed = new CountDownLatch(1);

    private State state = State.NEW;
    private @Nullable Subscription control;
    private @Nullable Subscription work;

    private Agent(AgentConfig config, Transport transport, Injector injector) {
        this.config = config;
        this.transport = transport;
        Identity self = config.identity();
        this.injector = injector;
        loop = injector.getInstance(EventLoop.class);
        serializer = injector.getInstance(Serializer.class);
        for (ActorBinding binding : bindings(injector)) {
            own.add(new OwnActor(binding, binding.actor(injector)));
        }
        hosted = new Hosted(castOf(injector, Set.of(), null), loop, config.grace());
        TokenSource tokens = injector.getInstance(TokenSource.class);
        PacketSender sender = new PacketSender(serializer, transport);
        DeadLetters deadLetters = new DeadLetters(self, serializer, transport, loop, counts);
        Answers answers = new Answers(self, config.packs(), sender, deadLetters);
        completed = new CompletedJobs(config.remembered(), REMEMBERED_BYTES);
        String workerName = self + "-worker";
        dispatcher = new Dispatcher(
                self,
                config.slots(),
                hosted,
                serializer,
                answers,
                completed,
                config.virtualThreads() ? Workers.virtual(workerName) : Workers.platform(workerName, config.slots()),
                loop,
                injector.getInstance(FatalErrors.class),
                counts);
        probing = Workers.platform(self + "-probe", 1);
        String boot = tokens.next().value();
        suspects = new Suspects(
                self,
                config.slots(),
                transport,
                loop,
                boot,
                job -> dispatcher.dispatch(List.of(job)),
                dispatcher::poison);
        announcer = new Announcer(
                new Announcer.Self(config, hosted::services, boot, version()),
                dispatcher::busy,
                hosted::measure,
                probing,
                sender,
                loop,
                () -> fraction(tokens));
        callbacks = Workers.inOrder(self + "-callback");
        mappers = new MapperClient(self, sender, serializer, tokens, loop, guarded(callbacks));
        LogLevels levels = injector.getInstance(LogLevels.class);
        instructed = new Instructed(
                self,
                sender,
                Workers.inOrder(self + "-instructed"),
                Map.of(
                        "drain", nothing -> drain(),
                        "resume", nothing -> resume(),
                        "ping", nothing -> "here",
                        "figures", nothing -> Map.of("executed", counts.tally().executed()),
                        "threads", nothing -> Instructed.threads(),
                        "log_level",
                                level -> {
                                    levels.level(level == null ? "none" : level);
                                    return level;
                                }));
        inbox = new AgentInbox(
                self,
                serializer,
                injector.getInstance(AgentDefaults.POLICY).and(hosted::authorize),
                refusals,
                completed,
                dispatcher,
                suspects,
                announcer,
                answers,
                deadLetters,
                loop.time(),
                counts,
                config.ack(),
                mappers,
                instructed);
    }

    /** What an actor chained to a call may throw, and may come when the agent is closed: neither harms anybody else. */
    private static Executor guarded(ExecutorService callbacks) {
        return task -> {
            try {
                callbacks.execute(() -> {
                    try {
                        task.run();
                    } catch (RuntimeException | StackOverflowError | AssertionError e) {
                        LOG.error("a callback threw", e);
                    }
                });
            } catch (RejectedExecutionException e) {
                LOG.debug("a callback came after the end");
            }
        };
    }

    /**
     * An agent that is not started: its actors exist, nothing else does. It owns the transport: starts it and closes it. Its
     * threads will have the context class loader of the thread that calls this. Throws
     * {@link io.nanite.core.ConfigException} if an actor cannot be offered, and Guice's
     * {@link com.google.inject.CreationException} or {@link com.google.inject.ProvisionException} if it cannot be made.
     */
    public static Agent create(AgentConfig config, Transport transport, Module... modules) {
        List<Module> all = new ArrayList<>();
        all.add(new AgentDefaults(config));
        all.addAll(Arrays.asList(modules));
        return new Agent(config, transport, Guice.createInjector(Stage.PRODUCTION, all));
    }

    /** As {@link #create}, and {@linkplain #start() started}. */
    public static Agent start(AgentConfig config, Transport transport, Module... modules) {
        Agent agent = create(config, transport, modules);
        agent.start();
        return agent;
    }

    /** An actor that the agent was made with. */
    private record OwnActor(ActorBinding binding, Object actor) {}

    private static Set<ActorBinding> bindings(Injector injector) {
        return injector.getInstance(Key.get(new TypeLiteral<Set<ActorBinding>>() {}));
    }

    /** The agent's own actors and these, with what stands around them by this injector. */
    private Cast castOf(Injector around, Set<ActorBinding> more, @Nullable ClassLoader loader) {
        Services services = new Services();
        own.forEach(each -> services.add(each.binding().type(), each.binding().prefix(), each.actor()));
        more.forEach(binding -> services.add(binding.type(), binding.prefix(), binding.actor(around)));
        return new Cast(
                services,
                List.copyOf(around.getInstance(Key.get(new TypeLiteral<Set<Interceptor>>() {}))),
                around.getInstance(StatusProbe.class),
                around.getInstance(Authorizer.class),
                loader);
    }

    /**
     * Hosts these actors besides its own, in the place of those that it was given this way before, and tells the mappers. Jobs
     * that run end where they began. What is gone is offered no more, but done for as long as the grace, for those who asked
     * before they knew. The modules of the actors may bind a status probe, an authorizer and interceptors; whatever the agent's
     * own modules have bound they find bound, and may not bind again.
     *
     * <p>The stage completes when nothing of the former actors runs and nothing holds them: then close what they were loaded
     * from. Throws {@link io.nanite.core.ConfigException} if an actor cannot be offered, and Guice's
     * {@link com.google.inject.CreationException} or {@link com.google.inject.ProvisionException} if it cannot be made; nothing
     * has changed then. One thread at a time.
     */
    public CompletionStage<Void> host(LoadedActors actors) {
        Cast next = made(actors);
        Set<Service> before = services();
        CompletionStage<Void> gone = hosted.replace(next).thenRunAsync(this::forget, this::soon);
        announcer.register();
        Set<Service> news = new LinkedHashSet<>(services());
        news.removeAll(before);
        Set<Service> lost = new LinkedHashSet<>(before);
        lost.removeAll(services());
        if (!news.isEmpty() || !lost.isEmpty()) {
            LOG.debug("{} offers {} and no longer {}", identity(), news, lost);
        }
        return gone;
    }

    private Cast made(LoadedActors actors) {
        Thread thread = Thread.currentThread();
        ClassLoader outside = thread.getContextClassLoader();
        try {
            thread.setContextClassLoader(actors.loader());
            Injector around =
                    Guice.createInjector(Stage.PRODUCTION, new Inherited(config, injector), actors.asModule());
            return castOf(around, bindings(around), actors.loader());
        } finally {
            thread.setContextClassLoader(outside);
        }
    }

    /** Not on the thread that happens to be the last to leave: that may be the one that reads. */
    private void soon(Runnable task) {
        try {
            callbacks.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    /** Remembers of what former actors answered no more than plain data, and nothing of their classes. */
    private void forget() {
        completed.reform(outcome -> outcome instanceof Outcome.Success success
                ? new Outcome.Success(Payload.of(serializer.convert(success.payload(), ANYTHING)))
                : outcome);
        serializer.forgetClasses();
    }

    public Identity identity() {
        return config.identity();
    }

    /** What it can be asked for. */
    public Set<Service> services() {
        return hosted.services();
    }

    /** How many of its slots are taken. */
    public int busy() {
        return dispatcher.busy();
    }

    /** How many jobs it runs at once. */
    public int slots() {
        return config.slots();
    }

    /** What it has taken and not finished, as of now. Never waits, not even while it closes. */
    public Unfinished unfinished() {
        return new Unfinished(completed.running());
    }

    /** The same jobs with what is known of each, the one that runs longest first. Never waits. */
    public List<RunningJob> running() {
        return completed.jobs().stream()
                .map(Job::view)
                .sorted(Comparator.comparing((RunningJob job) -> job.runs().orElse(Duration.ZERO))
                        .reversed())
                .toList();
    }

    /** How long ago it last told the mappers that it is alive; empty if it has not yet, or could not. */
    public Optional<Duration> lastPing() {
        return announcer.lastTold();
    }

    /** What it has done so far. */
    public Tally tally() {
        return counts.tally();
    }

    /** How many packets its policy and its authorizer have refused, by the names of their rules. */
    public SortedMap<String, Long> refusals() {
        return refusals.byRule();
    }

    /** How many packets were refused unread, by reason, where the serializer tells reasons apart: the secure one does. */
    public SortedMap<String, Long> unread() {
        return serializer.unread();
    }

    /**
     * Connects, takes work, and registers. Throws {@link TransportException} if the broker cannot be reached or refuses;
     * the agent is closed then. Starting twice does nothing; starting after the end throws
     * {@link IllegalStateException}.
     */
    public synchronized void start() {
        if (state == State.STARTED) {
            return;
        }
        if (state != State.NEW) {
            throw new IllegalStateException("agent %s: %s (expected: new)".formatted(identity(), state));
        }
        state = State.STARTED;
        try {
            transport.start(listener());
            control = transport.subscribe(Source.control(identity()), inbox.control());
            work = takeWork();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        announcer.open();
        loop.after(TIDYING, suspects::tidy);
        LOG.info("{} started with {} slots", identity(), config.slots());
    }

    /**
     * Reads the agent's queue. Nobody else has this name, or the control queue would have been refused. Who reads the work
     * queue all the same is a mapper that saves what a former life of this agent has left: it is done in a moment.
     */
    private Subscription takeWork() {
        long since = loop.time().nanos();
        QueueInUse inUse = null;
        while (true) {
            try {
                return transport.subscribe(Source.work(identity(), config.prefetch()), inbox.work());
            } catch (QueueInUse | BrokerUnavailable e) {
                inUse = e instanceof QueueInUse used ? used : inUse;
                if (inUse == null) {
                    throw e;
                }
                // Broker-J closes the connection that it refuses something; it is built again meanwhile.
                if (loop.time().nanos() - since > RESCUE.toNanos() || Thread.interrupted()) {
                    throw inUse;
                }
                LOG.info("{} waits for its queue, which somebody empties", identity());
                LockSupport.parkNanos(this, RESCUE_CHECK.toNanos());
            }
        }
    }

    /**
     * Takes no more work: unregisters, and gives back what has not started. What is running goes on, and answers. Doing
     * it twice does nothing.
     */
    public synchronized void quiet() {
        if (state != State.STARTED && state != State.DRAINED) {
            return;
        }
        leave();
        state = State.QUIET;
        suspects.stop();
        dispatcher.stop();
    }

    /** Takes no more, and says so; nothing if it does not. */
    private void leave() {
        if (state == State.STARTED) {
            inbox.quiet();
            if (work != null) {
                work.cancel();
            }
            announcer.close();
        }
    }

    /**
     * Takes no more work and unregisters, until it is {@linkplain #resume() resumed}. What it has taken it does, and answers.
     * Returns how many jobs run.
     */
    public synchronized int drain() {
        if (state != State.STARTED && state != State.DRAINED) {
            throw new IllegalStateException("agent %s: %s (expected: started)".formatted(identity(), state));
        }
        leave();
        state = State.DRAINED;
        return busy();
    }

    /** Takes work again and registers, after {@link #drain()}. Returns how many slots are free. */
    public synchronized int resume() {
        if (state != State.STARTED && state != State.DRAINED) {
            throw new IllegalStateException("agent %s: %s (expected: drained)".formatted(identity(), state));
        }
        if (state == State.DRAINED) {
            inbox.resume();
            try {
                work = takeWork();
            } catch (RuntimeException e) {
                inbox.quiet();
                throw e;
            }
            state = State.STARTED;
            announcer.open();
        }
        return slots() - busy();
    }

    /**
     * {@linkplain #quiet() Quiet}, then waits for the running jobs as long as the grace lasts, then interrupts them and
     * names in the log those that did not come to their end; at last disconnects. Closing twice does nothing.
     */
    @Override
    public synchronized void close() {
        if (state == State.CLOSED) {
            return;
        }
        quiet();
        state = State.CLOSED;
        try {
            dispatcher.close(config.grace());
            hosted.close();
            suspects.close();
            instructed.close();
            mappers.close();
            probing.shutdownNow();
            if (control != null) {
                control.cancel();
            }
            transport.close();
        } finally {
            callbacks.shutdown();
            loop.close();
            closed.countDown();
        }
        LOG.info("{} closed", identity());
    }

    /** Waits until it is closed, by whomever. */
    public void awaitClose() throws InterruptedException {
        closed.await();
    }

    /** Waits until it is closed, at most so long; whether it is. */
    public boolean awaitClose(Duration patience) throws InterruptedException {
        return closed.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    private TransportListener listener() {
        return new TransportListener() {
            @Override
            public void connected() {
                announcer.connected(); // says nothing at the start, when it has not opened
                mappers.connected();
            }

            @Override
            public void disconnected(TransportException cause) {
                announcer.disconnected();
                mappers.disconnected();
                LOG.warn("{} lost the broker: {}", identity(), cause.getMessage());
            }

            @Override
            public void returned(Address to, Delivery packets) {
                counts.returned.add(packets.parts().size());
                mappers.returned(to, packets);
                LOG.debug("{} answers to {} returned: nobody reads there", identity(), to);
            }

            @Override
            public void unsent(Parcel parcel, BrokerBlocked cause) {
                mappers.unsent(parcel, cause);
            }

            @Override
            public void blocked(String reason) {
                LOG.warn("{} blocked by the broker: {}", identity(), reason);
            }

            @Override
            public void unblocked(Duration blockedFor) {
                LOG.info("{} unblocked after {}", identity(), blockedFor);
            }
        };
    }

    /** From 0 to 1. */
    private static double fraction(TokenSource tokens) {
        return Integer.parseInt(tokens.next().value().substring(0, 6), 16) / (double) 0x1000000;
    }

    private static @Nullable String version() {
        try (InputStream in = Agent.class.getResourceAsStream("version.properties")) {
            if (in == null) {
                return null;
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
