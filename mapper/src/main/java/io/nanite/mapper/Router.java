package io.nanite.mapper;

import io.nanite.core.NaniteException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.packet.Traceparent;
import io.nanite.core.packet.Verdict;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.mapper.selector.Selectors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * From a call to the agents that get it. Runs on the caller's thread: it reads the registry and writes the ledger without
 * waiting for the loop. What agents leave behind is routed again on the loop.
 */
final class Router {

    private static final int MOST_REROUTES = 3;

    /** How long agents may take to say what became of a cancelled request. */
    private static final long LAST_WORDS = Duration.ofSeconds(2).toNanos();

    private final MapperConfig config;
    private final TimeSource time;
    private final JobLedger jobs;
    private final Chooser chooser;
    private final PacketSender sender;
    private final ServiceTimes times;
    private final TokenSource tokens;
    private final Executor callbacks;
    private final BlackBox blackBox;
    private final Interceptors interceptors;
    private final Counts counts;
    private final Consumer<Token> cancelOffline;

    /** Why the broker takes nothing at the moment; null if it does. */
    private volatile @Nullable String blocked;

    Router(
            MapperConfig config,
            TimeSource time,
            JobLedger jobs,
            Chooser chooser,
            PacketSender sender,
            ServiceTimes times,
            TokenSource tokens,
            Executor callbacks,
            BlackBox blackBox,
            Interceptors interceptors,
            Counts counts,
            Consumer<Token> cancelOffline) {
        this.config = config;
        this.time = time;
        this.jobs = jobs;
        this.chooser = chooser;
        this.sender = sender;
        this.times = times;
        this.tokens = tokens;
        this.callbacks = callbacks;
        this.blackBox = blackBox;
        this.interceptors = interceptors;
        this.counts = counts;
        this.cancelOffline = cancelOffline;
    }

    Job request(Service service, Payload payload, CallOptions options) {
        Job job = new Job(tokens.next(), callbacks, this::cancel);
        Call call = new Call(job.token(), service, payload, options, true, time.nanos());
        try {
            request(job, interceptors.pass(call));
        } catch (CallRefusedException | HookFailedException e) {
            reject(job, e);
        }
        interceptors.follow(call, job.end());
        return job;
    }

    private void request(Job job, Call call) {
        CallOptions options = call.options();
        Service service = call.service();
        Duration timeout = options.timeout() == null ? config.timeout() : options.timeout();
        Request request = new Request(
                service,
                call.payload(),
                config.identity(),
                job.token(),
                config.identity(),
                options.selectorOnTheWire(),
                null,
                options.persistent(),
                options.tags(),
                config.packing(),
                Metadata.until(time.now().plus(timeout)).withTraceparent(traceparent(call)));
        request(job, request, options, timeout);
    }

    /**
     * Does what an agent asks for until its deadline, under the agent's token: the answers come here. What is chained to the
     * job runs on the thread that ends it, and must be quick.
     */
    Job request(Request asked) {
        Duration timeout = Duration.between(
                time.now(), Instant.ofEpochMilli(asked.metadata().deadline()));
        CallOptions options = optionsOf(asked);
        Request request = new Request(
                asked.service(),
                asked.payload(),
                asked.from(),
                asked.token(),
                config.identity(),
                options.selectorOnTheWire(),
                null,
                asked.persistent(),
                asked.tags(),
                config.packing(),
                asked.metadata());
        Job job = new Job(request.token(), Runnable::run, this::cancel);
        request(job, request, options, timeout);
        return job;
    }

    /** What an agent wants done, as a caller here would say it; its time is counted by its deadline. */
    private static CallOptions optionsOf(Deliverable asked) {
        return CallOptions.DEFAULT
                .withSelector(asked.selector())
                .withTarget(asked.target())
                .withTags(asked.tags())
                .withPersistent(asked.persistent());
    }

    private void request(Job job, Request request, CallOptions options, Duration timeout) {
        Service service = request.service();
        try {
            List<AgentEntry> targets = chooser.choose(service, options, Set.of());
            long now = time.nanos();
            OpenJob open = new OpenJob(job, request, options, targets, now, now + timeout.toNanos());
            open(open);
            blackBox.note(job.token(), Incident.Kind.ACCEPTED, null, service.path());
            if (options.batch() == 0) {
                targets.forEach(target -> ask(open, target));
            } else {
                askNext(open);
            }
        } catch (NoAgentException e) {
            if (chooser.mayWait(options)) {
                park(job, request, options, timeout);
            } else {
                reject(job, unheard(e));
            }
        } catch (UnknownAgentException e) {
            reject(job, unheard(e));
        } catch (NaniteException e) {
            reject(job, e);
        }
    }

    /** Nobody is asked. */
    private void reject(Job job, NaniteException why) {
        counts.rejected.increment();
        job.fail(why);
    }

    private void ask(OpenJob job, AgentEntry target) {
        Request request = job.request();
        blackBox.note(request.token(), Incident.Kind.CHOSEN, target.identity(), request.selector());
        send(job, target, request, false);
    }

    /** Asks those whose turn it is. */
    void askNext(OpenJob job) {
        for (AgentEntry target : job.turn()) {
            if (chooser.isGone(target)) {
                jobs.accept(job, target.identity(), lost(target, "went away before its turn"));
            } else {
                ask(job, target);
            }
        }
    }

    private static @Nullable String traceparent(Call call) {
        String given = call.traceparent();
        return given == null ? Traceparent.of(call.token()) : given;
    }

    private void park(Job job, Request request, CallOptions options, Duration timeout) {
        long now = time.nanos();
        OpenJob open = new OpenJob(job, request, options, List.of(), now, now + timeout.toNanos());
        try {
            jobs.open(open);
            blackBox.note(
                    job.token(), Incident.Kind.ACCEPTED, null, request.service().path());
            blackBox.note(job.token(), Incident.Kind.PARKED, null, null);
            var unused = sender.park(request).thenAccept(receipt -> {
                if (receipt instanceof PublishReceipt.Returned returned) {
                    jobs.fail(
                            open,
                            new NoAgentException(
                                    "%s: no offline queue: %s".formatted(request.service(), returned.reason())));
                } else if (receipt instanceof PublishReceipt.Failed failed) {
                    jobs.fail(open, failed.cause());
                }
            });
        } catch (NaniteException e) {
            jobs.fail(open, e);
            job.fail(e);
        }
    }

    private void open(OpenJob open) {
        try {
            jobs.open(open);
        } catch (OverloadedException e) {
            open.abandon();
            throw e;
        }
    }

    private void send(OpenJob open, AgentEntry target, Request request, boolean again) {
        target.sent();
        try {
            Request addressed = request.to(target.identity());
            boolean packable = mayPack(target, request.service());
            if (again) {
                sender.requestAgain(target.identity(), addressed, packable);
            } else {
                sender.request(target.identity(), addressed, packable);
            }
        } catch (SerializationException e) {
            jobs.accept(
                    open,
                    target.identity(),
                    new Outcome.Failure(Verdict.FAILED, "BadPayload", String.valueOf(e.getMessage())));
        }
    }

    /** Sends what was sent before. */
    private void sendAgain(OpenJob open, AgentEntry target, Request request) {
        if (open.isCancelled()) {
            return; // whoever has it was told, and shall not get it again
        }
        open.sentAgain();
        blackBox.note(request.token(), Incident.Kind.SENT_AGAIN, target.identity(), null);
        send(open, target, request, true);
    }

    private boolean mayPack(AgentEntry target, Service service) {
        return config.packing() && target.vitals().packs() && times.isQuick(service);
    }

    CompletionStage<Pushed> push(Service service, Payload payload, CallOptions options) {
        CompletableFuture<Pushed> pushed = new CompletableFuture<>();
        Call call = new Call(tokens.next(), service, payload, options, false, time.nanos());
        try {
            push(pushed, interceptors.pass(call));
        } catch (CallRefusedException | HookFailedException e) {
            pushed.completeExceptionally(e);
        }
        interceptors.follow(call, pushed);
        return pushed.minimalCompletionStage();
    }

    private void push(CompletableFuture<Pushed> pushed, Call call) {
        CallOptions options = call.options();
        Service service = call.service();
        Push push = new Push(
                service,
                call.payload(),
                config.identity(),
                call.token(),
                options.selectorOnTheWire(),
                null,
                options.persistent(),
                options.tags(),
                Metadata.NONE.withTraceparent(traceparent(call)));
        push(pushed, push, options, callbacks);
    }

    /** Gives out what an agent pushes. What is chained to the stage runs on a thread of the transport, and must be quick. */
    CompletionStage<Pushed> push(Push asked) {
        CallOptions options = optionsOf(asked);
        Push push = new Push(
                asked.service(),
                asked.payload(),
                asked.from(),
                asked.token(),
                options.selectorOnTheWire(),
                null,
                asked.persistent(),
                asked.tags(),
                asked.metadata());
        CompletableFuture<Pushed> pushed = new CompletableFuture<>();
        push(pushed, push, options, Runnable::run);
        return pushed.minimalCompletionStage();
    }

    private void push(CompletableFuture<Pushed> pushed, Push push, CallOptions options, Executor followers) {
        try {
            List<AgentEntry> targets = chooser.choose(push.service(), options, Set.of());
            List<CompletableFuture<Identity>> arrivals = new ArrayList<>();
            for (AgentEntry target : targets) {
                arrivals.add(deliver(push, options, target, Set.of()));
            }
            var unused = CompletableFuture.allOf(arrivals.toArray(CompletableFuture[]::new))
                    .whenComplete((nothing, error) -> followers.execute(() -> {
                        if (error == null) {
                            List<Identity> agents = new ArrayList<>();
                            arrivals.forEach(arrival -> agents.add(arrival.join()));
                            pushed.complete(new Pushed(push.token(), agents, false));
                        } else {
                            pushed.completeExceptionally(error.getCause() == null ? error : error.getCause());
                        }
                    }));
        } catch (NoAgentException e) {
            if (chooser.mayWait(options)) {
                park(push, pushed, followers);
            } else {
                pushed.completeExceptionally(unheard(e));
            }
        } catch (UnknownAgentException e) {
            pushed.completeExceptionally(unheard(e));
        } catch (NaniteException e) {
            pushed.completeExceptionally(e);
        }
    }

    private void park(Push push, CompletableFuture<Pushed> pushed, Executor followers) {
        var unused = sender.park(push)
                .whenComplete((receipt, error) -> followers.execute(() -> {
                    if (receipt instanceof PublishReceipt.Confirmed) {
                        pushed.complete(new Pushed(push.token(), List.of(), true));
                    } else if (receipt instanceof PublishReceipt.Failed failed) {
                        pushed.completeExceptionally(failed.cause());
                    } else {
                        pushed.completeExceptionally(
                                error != null ? error : new NoAgentException(push.service() + ": no offline queue"));
                    }
                }));
    }

    /**
     * Gives work that lost its agent, or never had one, to an able agent other than these. Completes with false if there is
     * none; then nobody has it.
     */
    CompletableFuture<Boolean> forward(Deliverable work, Set<Identity> not) {
        CallOptions options = CallOptions.DEFAULT.withTags(work.tags());
        if (chooser.knows(work.selector()) && !work.selector().equals(Selectors.ALL)) {
            options = options.withSelector(work.selector());
        }
        try {
            AgentEntry target = chooser.choose(work.service(), options, not).get(0);
            Deliverable moved = onBehalf(work).with(work.metadata().nextAttempt());
            return deliver(moved, options, target, not).handle((agent, error) -> error == null);
        } catch (NaniteException e) {
            return CompletableFuture.completedFuture(false);
        }
    }

    /** From this mapper, so that whoever finds it knows that the one who waits for the answer does not watch over it. */
    private Deliverable onBehalf(Deliverable work) {
        if (!(work instanceof Request request)) {
            return work;
        }
        return new Request(
                request.service(),
                request.payload(),
                config.identity(),
                request.token(),
                request.replyTo(),
                request.selector(),
                null,
                request.persistent(),
                request.tags(),
                request.packs(),
                request.metadata());
    }

    /** Until the broker has it; an agent that turns out to be gone is passed over for another, three times at most. */
    private CompletableFuture<Identity> deliver(
            Deliverable push, CallOptions options, AgentEntry target, Set<Identity> goneBefore) {
        target.sent();
        return sender.push(target.identity(), push.to(target.identity()), mayPack(target, push.service()))
                .thenCompose(receipt -> {
                    if (receipt instanceof PublishReceipt.Confirmed) {
                        counts.confirmed.increment();
                        return CompletableFuture.completedFuture(target.identity());
                    }
                    counts.undelivered.increment();
                    if (receipt instanceof PublishReceipt.Failed failed) {
                        return CompletableFuture.failedFuture(failed.cause());
                    }
                    if (options.target() != null) {
                        return CompletableFuture.failedFuture(Chooser.unknownAgent(target.identity()));
                    }
                    Set<Identity> gone = new TreeSet<>(goneBefore);
                    gone.add(target.identity());
                    try {
                        AgentEntry other =
                                chooser.choose(push.service(), options, gone).get(0);
                        return deliver(push, options, other, gone);
                    } catch (NaniteException e) {
                        return CompletableFuture.failedFuture(e);
                    }
                });
    }

    /** The caller does not want it any more. Any thread. */
    void cancel(Token token) {
        OpenJob job = jobs.find(token);
        if (job == null || !job.cancel(time.nanos() + LAST_WORDS)) {
            return;
        }
        blackBox.note(token, Incident.Kind.CANCELLED, null, null);
        if (job.parked()) {
            cancelOffline.accept(token);
            jobs.fail(
                    job,
                    new JobCancelledException("%s: cancelled while it waited offline"
                            .formatted(job.request().service())));
            return;
        }
        for (AgentEntry agent : job.stopAsking()) {
            jobs.accept(job, agent.identity(), JobLedger.notAsked(Verdict.CANCELLED, agent));
        }
        for (AgentEntry agent : job.waiting()) {
            if (agent.hasControl()) {
                sender.tellControl(agent.identity(), new Cancel(token, config.identity()));
            } else {
                jobs.accept(job, agent.identity(), cancelled("%s cannot be told and may do it all the same", agent));
            }
        }
    }

    private static Outcome.Failure cancelled(String sentence, AgentEntry agent) {
        return new Outcome.Failure(Verdict.CANCELLED, "Cancelled", sentence.formatted(agent.identity()));
    }

    /** An agent is gone, with this work in its hands or its queue. On the loop. */
    void reroute(AgentEntry gone, String why) {
        for (OpenJob job : jobs.all()) {
            if (job.waitsFor(gone)) {
                reroute(job, gone, why);
            }
        }
    }

    private void reroute(OpenJob job, AgentEntry gone, String why) {
        if (job.isCancelled()) {
            jobs.accept(job, gone.identity(), cancelled("%s has gone", gone));
            return;
        }
        if (job.options().target() != null) {
            return; // its queue keeps it, and the deadline ends it, if the agent does not come back
        }
        boolean tooOften = job.reroutes() >= MOST_REROUTES;
        AgentEntry other = job.several() || tooOften ? null : another(job, gone);
        if (other == null) {
            // One that several were asked has an end without this one; any other waits for somebody to come.
            if (job.several() || tooOften) {
                jobs.accept(job, gone.identity(), lost(gone, why));
            }
            return;
        }
        int times = job.move(gone, other);
        if (times > 0) {
            blackBox.note(job.request().token(), Incident.Kind.MOVED, other.identity(), gone.identity() + " " + why);
            Metadata metadata = job.request().metadata();
            for (int i = 0; i < times; i++) {
                metadata = metadata.nextAttempt();
            }
            sendAgain(job, other, job.request().with(metadata));
        }
    }

    private static Outcome.Failure lost(AgentEntry gone, String why) {
        return new Outcome.Failure(Verdict.LOST, "AgentLost", "%s %s".formatted(gone.identity(), why));
    }

    /** The deadline of a job has passed: says of each agent that it still waits for whether it is slow or gone. */
    void expire(OpenJob job) {
        if (job.isCancelled()) {
            jobs.end(job, Verdict.CANCELLED, "Cancelled", "%s did not say whether it stopped");
            return;
        }
        for (AgentEntry agent : job.waiting()) {
            if (chooser.isGone(agent)) {
                jobs.accept(job, agent.identity(), lost(agent, "went away, and nobody else could do it in time"));
            }
        }
        jobs.end(job, Verdict.TIMEOUT, "TimedOut", "%s did not answer in time");
    }

    /**
     * An agent is here, for the first time or again. What it was asked and has not answered is sent again, unless it is in
     * the same life as before; what waits for somebody who is gone may be for it now. On the loop.
     */
    void came(AgentEntry agent, boolean sameLife) {
        for (OpenJob job : jobs.all()) {
            AgentEntry asked = job.waitingFor(agent.identity());
            if (asked == agent) {
                continue; // asked a moment ago, in this life
            }
            if (asked != null) {
                boolean wasAsked = job.replace(asked, agent);
                if (wasAsked && !sameLife) {
                    // Its life before may have ended of it: it counts how often that was.
                    Metadata metadata = job.request().metadata();
                    sendAgain(
                            job, agent, job.request().with(metadata.attempt() > 1 ? metadata : metadata.nextAttempt()));
                }
            } else if (!job.several() && agent.services().contains(job.request().service())) {
                job.waiting().stream().filter(chooser::isGone).forEach(gone -> reroute(job, gone, "went away"));
            }
        }
    }

    private @Nullable AgentEntry another(OpenJob job, AgentEntry gone) {
        try {
            return chooser.choose(job.request().service(), job.options(), Set.of(gone.identity()))
                    .get(0);
        } catch (NaniteException e) {
            return null;
        }
    }

    /** The queue that this work was for does not exist. On the loop, after the agent has left the registry. */
    void returned(Deliverable work) {
        OpenJob job = jobs.find(work.token());
        Identity target = work.target();
        if (job == null || target == null) {
            return;
        }
        for (AgentEntry agent : job.waiting()) {
            if (!agent.identity().equals(target)) {
                continue;
            }
            blackBox.note(work.token(), Incident.Kind.RETURNED, target, null);
            if (job.options().target() != null) {
                jobs.accept(
                        job,
                        target,
                        new Outcome.Failure(
                                Verdict.LOST, "UnknownAgent", "%s has no queue any more".formatted(target)));
            } else {
                reroute(job, agent, "has no queue any more");
            }
        }
    }

    /** What this agent answered could not be read: it is asked for all that it has not answered. On the loop. */
    void unread(Identity agent) {
        for (OpenJob job : jobs.all()) {
            AgentEntry asked = job.waitingFor(agent);
            if (asked != null) {
                sendAgain(job, asked, job.request());
            }
        }
    }

    /** Sends again everything that waits for an answer. On the loop, when a connection stands again. */
    void resendAll() {
        for (OpenJob job : jobs.all()) {
            for (AgentEntry agent : job.waiting()) {
                sendAgain(job, agent, job.request());
            }
        }
    }

    /** The broker takes nothing, for this reason. */
    void blocked(String reason) {
        blocked = reason;
    }

    /** The broker takes messages again: what was to leave a second time and could not leaves now. On the loop. */
    void unblocked() {
        blocked = null;
        for (OpenJob job : jobs.all()) {
            if (job.wasWithheld()) {
                job.waiting().forEach(agent -> sendAgain(job, agent, job.request()));
            }
        }
    }

    /**
     * This waited too long to leave. A request that never left ends; one that left before may be done already, and stays
     * open. On the loop.
     */
    void unsent(Parcel parcel, BrokerBlocked cause) {
        OpenJob job = parcel.id() == null ? null : jobs.find(new Token(parcel.id()));
        if (job == null || !(parcel.to() instanceof Address.Queue queue)) {
            return;
        }
        if (job.isSentAgain()) {
            job.withheld();
        } else if (job.several()) {
            jobs.accept(
                    job,
                    new Identity(queue.name()),
                    new Outcome.Failure(Verdict.LOST, "BrokerBlocked", String.valueOf(cause.getMessage())));
        } else {
            jobs.fail(job, cause);
        }
    }

    /** While the broker takes nothing, agents cannot say that they are there: that nobody is known means nothing. */
    private NaniteException unheard(NaniteException nobody) {
        String reason = blocked;
        return reason == null
                ? nobody
                : new BrokerBlocked(
                        "%s; but the broker takes nothing: %s".formatted(nobody.getMessage(), reason), nobody);
    }
}
