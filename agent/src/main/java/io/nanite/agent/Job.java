package io.nanite.agent;

import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.NestedCall;
import io.nanite.agent.actor.NestedCallOptions;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Traceparent;
import io.nanite.core.transport.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One packet of work from its arrival to its answer, with whatever arrives again under its token meanwhile. Guards itself:
 * the transport's thread, the worker and threads of the actor meet here.
 */
final class Job implements ActorContext, CompletedJobs.Entry {

    private static final Logger LOG = LoggerFactory.getLogger(Job.class);

    private final Deliverable work;
    private final Delivery.Part part;
    private final boolean redelivered;
    private final Answers answers;
    private final TimeSource time;
    private final @Nullable EarlyAck ack;
    private final MapperClient mappers;

    private @Nullable List<Job> followers;
    private long told;
    private boolean silent;
    private boolean over;
    private @Nullable Runnable whenOver;
    private @Nullable Thread runner;
    private @Nullable Set<Runnable> whenCancelled;
    private volatile boolean cancelled;
    private volatile int attempt;
    private volatile long begun;
    private volatile boolean hasBegun;

    /** {@code ack} is given when the job begins; null if the job is settled behind its answer. */
    Job(
            Deliverable work,
            Delivery.Part part,
            boolean redelivered,
            Answers answers,
            TimeSource time,
            @Nullable EarlyAck ack,
            MapperClient mappers) {
        this.work = work;
        this.part = part;
        this.redelivered = redelivered;
        this.answers = answers;
        this.time = time;
        this.ack = ack;
        this.mappers = mappers;
        this.attempt = work.metadata().attempt();
    }

    /** Is called once the job has ended, however it did, or was given back. Before it is run. */
    synchronized void whenOver(Runnable newWhenOver) {
        whenOver = newWhenOver;
    }

    /** This thread runs the actor from now on, and is interrupted if the job is cancelled. */
    synchronized void runBy(Thread thread) {
        runner = thread;
        if (cancelled) {
            thread.interrupt();
        }
    }

    /** The actor has returned: the thread is somebody else's again. */
    synchronized void ranBy() {
        runner = null;
    }

    /** Nobody wants the answer any more: tells the actor, if it runs. */
    void cancel() {
        Set<Runnable> toTell;
        synchronized (this) {
            if (cancelled || over) {
                return;
            }
            cancelled = true;
            toTell = whenCancelled == null ? Set.of() : whenCancelled;
            whenCancelled = null;
            if (runner != null) {
                runner.interrupt();
            }
        }
        toTell.forEach(Job::tell);
    }

    private static void tell(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.warn("what was to be done at a cancellation failed", e);
        }
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                if (whenCancelled == null) {
                    whenCancelled = new LinkedHashSet<>();
                }
                whenCancelled.add(action);
                return;
            }
        }
        tell(action);
    }

    /** What was to be done at a cancellation is not wanted any more. */
    synchronized void notOnCancel(Runnable action) {
        if (whenCancelled != null) {
            whenCancelled.remove(action);
        }
    }

    @Override
    public NestedCall request(String path, @Nullable Object value, NestedCallOptions options) {
        return mappers.request(this, Service.parse(path), value, options);
    }

    @Override
    public <T> CompletionStage<T> request(
            String path, @Nullable Object value, Class<T> type, NestedCallOptions options) {
        OpenCall call = mappers.request(this, Service.parse(path), value, options);
        return call.outcomes().thenApply(outcomes -> call.valueOf(outcomes, type));
    }

    @Override
    public CompletionStage<Token> push(String path, @Nullable Object value, NestedCallOptions options) {
        return mappers.push(this, Service.parse(path), value, options);
    }

    /** Counts the attempt that begins now. */
    void attempt(int newAttempt) {
        attempt = newAttempt;
    }

    /** The actor is about to run. */
    void begin() {
        begun = time.nanos();
        hasBegun = true;
        if (ack != null) {
            ack.give();
        }
    }

    /** Whether it is settled before it begins: then nobody else gets it. */
    boolean isSettledEarly() {
        return ack != null;
    }

    /** What becomes of it now that it has begun and cannot be answered, for the log. */
    String fate() {
        return ack == null ? "it will come again" : "it is lost";
    }

    Deliverable work() {
        return work;
    }

    /** What it is, as of now. */
    RunningJob view() {
        return new RunningJob(
                token(),
                service(),
                from(),
                attempt,
                hasBegun ? Optional.of(Duration.ofNanos(time.nanos() - begun)) : Optional.empty());
    }

    Delivery.Part part() {
        return part;
    }

    /** Who waits for the answer; null where nobody does, or nobody knows. */
    @Nullable
    Identity asker() {
        if (!(work instanceof Request request)) {
            return null;
        }
        Identity replyTo = request.replyTo();
        return replyTo != null || !request.from().isMapper() ? replyTo : request.from();
    }

    /** Whether nobody wants the answer any more. */
    boolean expired() {
        return work.metadata().deadline() != 0 && work.metadata().expired(time.now());
    }

    /** Lets a duplicate wait for this job's answer; false if it is too late for that. */
    synchronized boolean follow(Job duplicate) {
        if (over) {
            return false;
        }
        if (followers == null) {
            followers = new ArrayList<>(1);
        }
        followers.add(duplicate);
        return true;
    }

    /** No news is told after this; whether some was before. */
    synchronized boolean silence() {
        silent = true;
        return told > 0;
    }

    /** Lets nobody wait any more, and says who did. */
    List<Job> dismiss() {
        Runnable told;
        List<Job> dismissed;
        synchronized (this) {
            over = true;
            told = whenOver;
            whenOver = null;
            dismissed = followers == null ? List.of() : followers;
        }
        if (told != null) {
            told.run();
        }
        return dismissed;
    }

    @Override
    public synchronized void progress(String key, @Nullable Object value) {
        if (!silent && answers.tell(this, key, Payload.of(value), told + 1)) {
            told++;
        }
    }

    @Override
    public Token token() {
        return work.token();
    }

    @Override
    public Service service() {
        return work.service();
    }

    @Override
    public Payload payload() {
        return work.payload();
    }

    @Override
    public Identity from() {
        return work.from();
    }

    @Override
    public Set<String> tags() {
        return work.tags();
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public boolean redelivered() {
        return redelivered;
    }

    @Override
    public Optional<Instant> deadline() {
        long deadline = work.metadata().deadline();
        return deadline == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(deadline));
    }

    @Override
    public Optional<Duration> remaining() {
        return deadline()
                .map(deadline -> Duration.between(time.now(), deadline))
                .map(left -> left.isNegative() ? Duration.ZERO : left);
    }

    /** The name of the trace; null if it came with none. */
    @Nullable
    String traceId() {
        String traceparent = work.metadata().traceparent();
        return traceparent != null && Traceparent.isTraceparent(traceparent) ? Traceparent.traceId(traceparent) : null;
    }

    @Override
    public Optional<String> traceparent() {
        return Optional.ofNullable(work.metadata().traceparent()).filter(Traceparent::isTraceparent);
    }
}
