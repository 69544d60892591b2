package io.nanite.mapper;

import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.packet.Verdict;
import io.nanite.core.security.Authorizer;
import io.nanite.core.security.Refusals;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportException;
import io.nanite.core.transport.TransportListener;
import io.nanite.mapper.selector.Selectors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mapper: ask it for work, and it finds the agents. Any number of them may share a fabric; each hears all agents, and
 * none is more than another. Safe for use by many threads.
 *
 * <p>Only starting, closing and the methods that begin with {@code await} wait for others. A call may write its message to
 * the socket on the thread that makes it, and so last as long as the network takes the bytes.
 */
public final class Mapper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Mapper.class);
    private static final Duration SWEEP = Duration.ofMillis(50);

    private final MapperConfig config;
    private final EventLoop loop;
    private final Transport transport;
    private final Serializer serializer;
    private final CallbackThread callbacks;
    private final Registry registry = new Registry();
    private final BlackBox blackBox;
    private final JobLedger jobs;
    private final Chooser chooser;
    private final Router router;
    private final Departures departures;
    private final Announcements announcements;
    private final Presences presences;
    private final Typed typed;
    private final MapperInbox inbox;
    private final AgentCalls calls;
    private final Instructions instructions;
    private final Introductions introductions;
    private final OfflineQueue offline;
    private final EventLoop rescuing;
    private final OrphanRescue rescue;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final Arrivals arrivals = new Arrivals();
    private final Refusals refusals = new Refusals();
    private final Counts counts = new Counts();
    private final Interceptors interceptors;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Mapper(Builder builder, Transport transport) {
        this.config = builder.config;
        this.transport = transport;
        serializer = builder.serializer;
        String name = config.identity().value();
        loop = builder.loop == null
                ? new SingleThreadLoop(name + "-loop", error -> LOG.error("a task of {} failed", name, error))
                : builder.loop;
        callbacks = new CallbackThread(name + "-callback");
        blackBox = new BlackBox(loop.time(), counts);
        jobs = new JobLedger(config.maxPending(), blackBox, counts, this::askNext);
        PacketSender sender = new PacketSender(builder.serializer, transport);
        ServiceTimes times = new ServiceTimes();
        interceptors = new Interceptors(builder.interceptors, loop.time(), callbacks);
        chooser = new Chooser(
                config,
                loop.time(),
                registry,
                builder.statuses == null ? builder.selectors : builder.selectors.comparing(builder.statuses));
        router = new Router(
                config,
                loop.time(),
                jobs,
                chooser,
                sender,
                times,
                builder.tokens,
                callbacks,
                blackBox,
                interceptors,
                counts,
                this::cancelOffline);
        offline = new OfflineQueue(loop, builder.serializer, router, sender);
        rescuing = builder.loop == null
                ? new SingleThreadLoop(name + "-rescue", error -> LOG.error("a rescue of {} failed", name, error))
                : builder.loop;
        rescue = new OrphanRescue(
                config, rescuing, new SharedRandom(), transport, builder.serializer, registry, router, sender);
        introductions = new Introductions(config, loop, sender);
        departures = new Departures(loop.time());
        announcements = new Announcements(this, builder.listener, arrivals, callbacks);
        presences = new Presences(
                config,
                loop.time(),
                registry,
                jobs,
                chooser,
                router,
                sender,
                announcements,
                departures,
                new Presences.Watch() {
                    @Override
                    public void came(AgentEntry agent) {
                        introductions.came(agent);
                        offline.came(agent);
                        rescue.came(agent.identity());
                    }

                    @Override
                    public void died(AgentEntry agent) {
                        rescue.died(agent.identity());
                    }

                    @Override
                    public void left(AgentEntry agent) {
                        rescue.left(agent.identity(), inUse -> loop.execute(() -> presences.taken(agent, inUse)));
                    }
                });
        typed = new Typed(builder.serializer);
        calls = new AgentCalls(config.identity(), config.timeout(), loop, router, jobs, sender);
        instructions = new Instructions(config.identity(), loop, builder.tokens, sender, callbacks);
        inbox = new MapperInbox(
                loop,
                builder.serializer,
                builder.authorizer,
                refusals,
                presences,
                jobs,
                router,
                times,
                calls,
                instructions,
                introductions);
    }

    /** Starts a mapper on this transport, which it owns from now on: it starts it, and closes it. See {@link Builder#start}. */
    public static Mapper start(MapperConfig config, Transport transport) {
        return with(config).start(transport);
    }

    /** A mapper that is more than its configuration: with listeners, selectors, an authorizer. */
    public static Builder with(MapperConfig config) {
        return new Builder(config);
    }

    /** Collects what a mapper is made of; everything but the configuration has a default. */
    public static final class Builder {

        private final MapperConfig config;
        private Serializer serializer = Formats.json();
        private MapperListener listener = new MapperListener() {};
        private Authorizer authorizer = Authorizer.allowAll();
        private Selectors selectors = Selectors.standard(new SharedRandom());
        private @Nullable Comparator<? super Status> statuses;
        private TokenSource tokens = TokenSource.secure();
        private final List<RequestInterceptor> interceptors = new ArrayList<>();
        private @Nullable EventLoop loop;

        private Builder(MapperConfig config) {
            this.config = config;
        }

        /** How packets are written and read; if nothing else is said, JSON is written, JSON and Smile are read. */
        public Builder serializer(Serializer newSerializer) {
            serializer = newSerializer;
            return this;
        }

        public Builder listener(MapperListener newListener) {
            listener = newListener;
            return this;
        }

        /** Asked for each packet that comes in. */
        public Builder authorizer(Authorizer newAuthorizer) {
            authorizer = newAuthorizer;
            return this;
        }

        public Builder selectors(Selectors newSelectors) {
            selectors = newSelectors;
            return this;
        }

        /**
         * Which of two statuses gets the work first, where agents report something else than numbers: see {@link
         * Selectors#comparing}. Asked for every request, on the caller's thread.
         */
        public Builder statuses(Comparator<? super Status> order) {
            statuses = order;
            return this;
        }

        /** Stands in front of all calls, behind those that were added before. */
        public Builder interceptor(RequestInterceptor interceptor) {
            interceptors.add(interceptor);
            return this;
        }

        public Builder tokens(TokenSource newTokens) {
            tokens = newTokens;
            return this;
        }

        /** A loop whose time a test moves. The mapper closes it. */
        public Builder loop(EventLoop newLoop) {
            loop = newLoop;
            return this;
        }

        /**
         * Connects, asks who is there, and returns; agents are known a moment later. Throws a {@link TransportException}
         * that says why it could not: no broker, wrong login, no permission, or another mapper of this name.
         */
        public Mapper start(Transport transport) {
            Mapper mapper = new Mapper(this, transport);
            try {
                mapper.run();
            } catch (TransportException e) {
                mapper.close();
                throw e;
            }
            return mapper;
        }
    }

    private void run() {
        transport.start(new TransportListener() {
            private boolean before;

            @Override
            public void connected() {
                // The first time nothing is subscribed yet; run() says when it is.
                if (before) {
                    loop.execute(presences::connected);
                }
                before = true;
            }

            @Override
            public void disconnected(TransportException cause) {
                loop.execute(presences::disconnected);
            }

            @Override
            public void returned(Address to, Delivery packets) {
                inbox.returned(to, packets);
            }

            @Override
            public void unsent(Parcel parcel, BrokerBlocked cause) {
                loop.execute(() -> router.unsent(parcel, cause));
            }

            @Override
            public void blocked(String reason) {
                loop.execute(() -> {
                    router.blocked(reason);
                    presences.blocked();
                });
            }

            @Override
            public void unblocked(Duration blockedFor) {
                loop.execute(() -> {
                    presences.unblocked();
                    router.unblocked();
                    offline.retry();
                });
            }
        });
        Identity self = config.identity();
        subscriptions.add(transport.subscribe(Source.replies(self), rebuilding(inbox::reply)));
        subscriptions.add(transport.subscribe(Source.presence(self), rebuilding(inbox::presence)));
        if (config.agentCalls()) {
            subscriptions.add(transport.subscribe(Source.requests(callsAtOnce()), inbox::request));
            loop.every(AgentCalls.LEASE.dividedBy(2), calls::endLeases);
        }
        if (config.offlineFailsafe()) {
            subscriptions.add(transport.subscribe(Source.offline(OfflineQueue.PREFETCH), offline));
            loop.every(OfflineQueue.LEASE, offline::giveBack);
            loop.every(OfflineQueue.SWEEP, offline::sweep);
        } else {
            transport.declare(Source.offline(OfflineQueue.PREFETCH)); // a single call may want it
        }
        if (config.rescue()) {
            rescuing.every(OrphanRescue.LOOK, rescue::look);
        }
        loop.execute(presences::connected);
        calls.begin();
        introductions.begin();
        Duration expiry = config.agentTimeout().dividedBy(10);
        loop.every(expiry.compareTo(Duration.ofSeconds(1)) < 0 ? expiry : Duration.ofSeconds(1), presences::expire);
        loop.every(SWEEP, this::sweep);
        LOG.info("{} is up", self);
    }

    /** What agents ask for and wait for each other is open at the same time: as much as may be open at all. */
    private int callsAtOnce() {
        return Math.min(config.maxPending(), 65_535);
    }

    private void askNext(OpenJob job) {
        loop.execute(() -> router.askNext(job));
    }

    private void cancelOffline(Token token) {
        loop.execute(() -> offline.cancel(token));
    }

    /** A queue that was deleted is there again: what was sent to it meanwhile must be asked for again. */
    private Receiver rebuilding(Receiver receiver) {
        return new Receiver() {
            @Override
            public void receive(Delivery delivery) {
                receiver.receive(delivery);
            }

            @Override
            public void resubscribed(int epoch) {
                loop.execute(presences::rebuilt);
            }
        };
    }

    private void sweep() {
        long now = loop.time().nanos();
        for (OpenJob job : jobs.all()) {
            if (now - job.deadline() >= 0) {
                router.expire(job);
            }
        }
        presences.probe();
    }

    public Identity identity() {
        return config.identity();
    }

    /** Asks the least loaded agent that can. {@code /simple} alone means {@code /simple/index}. */
    public Job request(String service, @Nullable Object payload) {
        return request(service, payload, CallOptions.DEFAULT);
    }

    /**
     * Asks whom the options say. Always returns a job, and the job always ends.
     *
     * @param payload any value that JSON can say: text, number, list, map, record
     */
    public Job request(String service, @Nullable Object payload, CallOptions options) {
        return request(Service.parse(service), payload, options);
    }

    /** As above, for a service that was parsed before. */
    public Job request(Service service, @Nullable Object payload, CallOptions options) {
        return router.request(service, payload(payload), options);
    }

    /**
     * Asks the least loaded agent that can, for a value of this type: a class, record or anything else that JSON becomes.
     * Completes exceptionally as {@link Job#outcomes} does, with {@link CallFailedException} if the agent did not succeed,
     * and with {@link io.nanite.core.serializer.SerializationException} if what it returned is no such value.
     */
    public <T> CompletionStage<T> request(String service, @Nullable Object payload, Class<T> type) {
        return request(service, payload, type, CallOptions.DEFAULT);
    }

    /** As above, asking whom the options say, which must be one agent. */
    @SuppressWarnings("unchecked") // a class converts to itself
    public <T> CompletionStage<T> request(
            String service, @Nullable Object payload, Class<T> type, CallOptions options) {
        return request(service, payload, options).outcomes().thenApply(outcomes -> (T) typed.value(outcomes, type));
    }

    /**
     * Makes an interface whose methods ask the least loaded agent that can. {@code Simple.echo(text)} asks for {@code
     * /simple/echo}: the prefix is the name of the interface in snake case, and a method takes no parameter or the payload.
     * One that returns a {@link CompletionStage} returns at once, any other waits; both end as
     * {@link #request(String, Object, Class)} does.
     */
    public <T> T proxy(Class<T> type) {
        return proxy(type, Service.prefixOf(type.getSimpleName()), CallOptions.DEFAULT);
    }

    /** As above, for actors with this prefix, asking whom the options say, which must be one agent. */
    public <T> T proxy(Class<T> type, String prefix, CallOptions options) {
        return new Proxies(this, typed).proxy(type, prefix, options);
    }

    /** Gives work that wants no answer to the least loaded agent that can. */
    public CompletionStage<Pushed> push(String service, @Nullable Object payload) {
        return push(service, payload, CallOptions.DEFAULT);
    }

    /**
     * Gives work that wants no answer to whom the options say. Completes when the broker has it for every agent, or
     * exceptionally as {@link Job#outcomes} does; then nobody has it, or nobody knows.
     */
    public CompletionStage<Pushed> push(String service, @Nullable Object payload, CallOptions options) {
        return push(Service.parse(service), payload, options);
    }

    /** As above, for a service that was parsed before. */
    public CompletionStage<Pushed> push(Service service, @Nullable Object payload, CallOptions options) {
        return router.push(service, payload(payload), options);
    }

    /**
     * Tells an agent, a drained one too, to do something with itself. Completes with what it answers; with {@code REFUSED} if it does not know the
     * action or its policy does not have it, {@code LOST} if it is not connected, {@code TIMEOUT} if it says nothing for ten
     * seconds, as one does that is too old to know instructions. Throws
     * {@link OverloadedException} if a thousand instructions wait for answers.
     */
    public CompletionStage<Outcome> instruct(Identity agent, Instruction instruction) {
        return instructions.give(agent, instruction);
    }

    /** For those who measure what a choice costs. */
    Chooser chooser() {
        return chooser;
    }

    private static Payload payload(@Nullable Object value) {
        return value instanceof Payload payload ? payload : Payload.of(value);
    }

    /** Who would get this request or push now, and why; nobody does. */
    public Explanation explain(String service, CallOptions options) {
        return chooser.explain(Service.parse(service), options);
    }

    /**
     * What happened to a request of this mapper, in the order in which it did. Only the last things that happened to any
     * request are remembered, about 65,000; empty if this one is not among them.
     */
    public List<Incident> why(Token token) {
        return blackBox.of(token);
    }

    /** The agents that are alive, by name. */
    public List<AgentView> agents() {
        long now = loop.time().nanos();
        return registry.all().stream()
                .map(agent -> agent.view(now))
                .sorted(Comparator.comparing(AgentView::identity))
                .toList();
    }

    /**
     * The agents that went away in the last ten minutes and did not come back, and those that were drained and are still
     * connected; newest first, 200 at most.
     */
    public List<Departure> departed() {
        return departures.told();
    }

    /** The services that are offered, and by how many agents. */
    public SortedMap<Service, Integer> services() {
        return new TreeMap<>(registry.services());
    }

    /** What it has done so far, and what it has now. */
    public MapperTally tally() {
        int suspects = 0;
        int agents = 0;
        for (AgentEntry agent : registry.all()) {
            agents++;
            suspects += agent.isSuspect() ? 1 : 0;
        }
        return new MapperTally(
                agents,
                suspects,
                jobs.size(),
                counts.incidents(Incident.Kind.ACCEPTED),
                counts.rejected.sum(),
                counts.outcomes(),
                counts.incidents(Incident.Kind.SENT_AGAIN),
                counts.incidents(Incident.Kind.MOVED),
                counts.incidents(Incident.Kind.RETURNED),
                counts.incidents(Incident.Kind.PARKED),
                jobs.stray(),
                counts.confirmed.sum(),
                counts.undelivered.sum(),
                refusals.byRule().values().stream().mapToLong(Long::longValue).sum());
    }

    /** Has all calls from now on pass this interceptor too, behind those that there are. */
    public void intercept(RequestInterceptor interceptor) {
        interceptors.add(interceptor);
    }

    /** Has this listener told from now on who comes and goes, after the one that the mapper was started with. */
    public void listen(MapperListener listener) {
        announcements.add(listener);
    }

    /** How many packets the authorizer has refused, by the names of its rules. */
    public SortedMap<String, Long> refusals() {
        return refusals.byRule();
    }

    /** How many packets were refused unread, by reason, where the serializer tells reasons apart: the secure one does. */
    public SortedMap<String, Long> unread() {
        return serializer.unread();
    }

    /** Cancels a request of this mapper, as {@link Job#cancel} does; for who has its token and not the job. */
    public void cancel(Token token) {
        router.cancel(token);
    }

    /** Whom a request of this mapper that is open was sent to, whether they have answered or not; nobody if it is not open. */
    public Set<Identity> asked(Token token) {
        OpenJob job = jobs.find(token);
        return job == null ? Set.of() : job.asked();
    }

    /** Asks all agents to say again what they offer, as at the start: after what they may offer has changed. Waits for nobody. */
    public void discover() {
        loop.execute(presences::discover);
    }

    /** How many requests wait for answers. */
    public int pending() {
        return jobs.size();
    }

    /**
     * Waits until so many agents offer the service and may be given work: who has been silent for too long, or may not be
     * connected, does not count. Returns false if they do not in time.
     */
    public boolean awaitService(String service, int agents, Duration atMost) throws InterruptedException {
        Service wanted = Service.parse(service);
        return arrivals.await(() -> registry.ready(wanted, Set.of()).size() >= agents, atMost);
    }

    /**
     * Waits until a call with these options finds somebody: the target is here, or somebody who offers the service, has the
     * tags and may be given work. Returns false if not in time.
     */
    public boolean awaitChoice(String service, CallOptions options, Duration atMost) throws InterruptedException {
        Service wanted = Service.parse(service);
        return arrivals.await(() -> chooser.finds(wanted, options), atMost);
    }

    /** Waits until so many agents are here, whatever they offer. Returns false if they are not in time. */
    public boolean awaitAgents(int agents, Duration atMost) throws InterruptedException {
        return arrivals.await(() -> registry.all().size() >= agents, atMost);
    }

    /**
     * Waits until no agent has registered for so long: then everyone who is there has most likely said so. Returns false
     * if agents kept coming all the time.
     */
    public boolean awaitQuiet(Duration quiet, Duration atMost) throws InterruptedException {
        return arrivals.awaitQuiet(quiet, atMost);
    }

    /** Ends every open request as cancelled, leaves the fabric and closes the transport. Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        calls.quiet();
        instructions.close();
        for (OpenJob job : jobs.all()) {
            jobs.end(job, Verdict.CANCELLED, "MapperClosed", "the mapper closed before %s answered");
        }
        rescuing.close();
        rescue.close();
        subscriptions.forEach(Subscription::close);
        transport.close();
        loop.close();
        callbacks.close();
        LOG.info("{} is down", config.identity());
    }

    /** Random numbers without a lock between threads. */
    private static final class SharedRandom implements RandomGenerator {

        @Override
        public long nextLong() {
            return ThreadLocalRandom.current().nextLong();
        }

        @Override
        public int nextInt(int bound) {
            return ThreadLocalRandom.current().nextInt(bound);
        }
    }
}
