package io.nanite.agent;

import io.nanite.agent.actor.Interceptor;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.Serializer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs, on as many workers as there are slots and no more. Jobs come from the transport's thread.
 *
 * <p>Jobs wait in one queue, and <em>pullers</em> empty it: each holds a slot, runs on a worker, and ends when nothing
 * waits. A job that comes alone starts a puller of its own. The jobs of a pack are mostly quick, and a change of
 * threads for each would cost more than they do: a pack starts one puller for every {@value #JOBS_PER_PULLER} jobs. If then
 * nothing moves for {@value #STALL_MILLIS} ms while jobs wait, a slow one is among them, and more pullers are started
 * past it.
 */
final class Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    /** More threads than this do not make quick jobs quicker: they are done before another one wakes. */
    private static final int QUICK_PULLERS = 2;

    private static final int JOBS_PER_PULLER = 16;
    private static final int STALL_MILLIS = 10;
    private static final Duration STALL = Duration.ofMillis(STALL_MILLIS);

    /** How long interrupted jobs may take to give themselves back. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Identity self;
    private final int slots;
    private final Hosted hosted;
    private final Serializer serializer;
    private final Answers answers;
    private final CompletedJobs completed;
    private final ExecutorService workers;
    private final EventLoop loop;
    private final TimeSource time;
    private final FatalErrors fatalErrors;
    private final Counts counts;

    private final Queue<Job> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger takenSlots = new AtomicInteger();
    /** How many of the taken slots run a job that is not known to be quick. */
    private final AtomicInteger slowRunning = new AtomicInteger();

    private final LongAdder begun = new LongAdder();
    private final AtomicBoolean watching = new AtomicBoolean();

    /** What was begun and given back. */
    private final Queue<Token> interrupted = new ConcurrentLinkedQueue<>();

    private volatile boolean stopped;
    private volatile boolean interrupting;

    Dispatcher(
            Identity self,
            int slots,
            Hosted hosted,
            Serializer serializer,
            Answers answers,
            CompletedJobs completed,
            ExecutorService workers,
            EventLoop loop,
            FatalErrors fatalErrors,
            Counts counts) {
        this.self = self;
        this.slots = slots;
        this.hosted = hosted;
        this.serializer = serializer;
        this.answers = answers;
        this.completed = completed;
        this.workers = workers;
        this.loop = loop;
        this.time = loop.time();
        this.fatalErrors = fatalErrors;
        this.counts = counts;
    }

    /** Runs the jobs of one message soon; after {@link #stop} they are given back. */
    void dispatch(List<Job> jobs) {
        waiting.addAll(jobs);
        int pullers = (jobs.size() + JOBS_PER_PULLER - 1) / JOBS_PER_PULLER;
        if (areQuick(jobs)) {
            // Whoever is pulling quick jobs already will come to these sooner than another thread could wake.
            pullers = Math.min(pullers, QUICK_PULLERS - (takenSlots.get() - slowRunning.get()));
        }
        startPullers(pullers);
        if (jobs.size() > pullers) {
            watch();
        }
        if (stopped) {
            giveBackWaiting();
        }
    }

    private boolean areQuick(List<Job> jobs) {
        for (Job job : jobs) {
            ActorMethod method = hosted.find(job.service());
            if (method == null || !method.isQuick()) {
                return false;
            }
        }
        return true;
    }

    /** Nobody wants the answer to this job any more: one that waits is not begun, one that runs is told. Any thread. */
    void cancel(Job job) {
        job.cancel();
        if (waiting.remove(job)) {
            counts.cancelled.increment();
            endUnperformed(job, Failures.cancelled("before it began"));
        }
    }

    /** How many slots are taken. */
    int busy() {
        return takenSlots.get();
    }

    /** Starts no more jobs, and gives back those that have not started. */
    void stop() {
        stopped = true;
        giveBackWaiting();
    }

    /** Waits so long for the running jobs, then interrupts them, and names those that did not come to their end. */
    void close(Duration grace) {
        stop();
        workers.shutdown();
        if (!ended(grace)) {
            LOG.warn("{} interrupts {} jobs that still run after {}", self, busy(), grace);
            interrupting = true;
            workers.shutdownNow();
            ended(LAST_WORDS);
            Set<Token> left = new LinkedHashSet<>(interrupted);
            left.addAll(completed.running());
            if (!left.isEmpty()) {
                LOG.warn("{} ends without having finished {}", self, new Unfinished(List.copyOf(left)));
            }
        }
    }

    private boolean ended(Duration patience) {
        try {
            return workers.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void giveBackWaiting() {
        for (Job job = waiting.poll(); job != null; job = waiting.poll()) {
            giveBack(job);
        }
    }

    private void giveBack(Job job) {
        completed.forget(job);
        counts.requeued.increment();
        job.part().requeue();
        job.dismiss().forEach(duplicate -> duplicate.part().requeue());
    }

    // ---- pullers

    private void startPullers(int most) {
        for (int i = 0; i < most && takeSlot(); i++) {
            try {
                workers.execute(this::pull);
            } catch (RejectedExecutionException e) {
                takenSlots.decrementAndGet(); // stopped meanwhile
                return;
            }
        }
    }

    private boolean takeSlot() {
        for (int taken = takenSlots.get(); taken < slots; taken = takenSlots.get()) {
            if (takenSlots.compareAndSet(taken, taken + 1)) {
                return true;
            }
        }
        return false;
    }

    private void pull() {
        do {
            try {
                for (Job job = waiting.poll(); job != null; job = waiting.poll()) {
                    begun.increment();
                    run(job);
                }
            } finally {
                takenSlots.decrementAndGet();
            }
            // A job that came while all slots were taken started no puller: look again after giving up the slot.
        } while (!waiting.isEmpty() && takeSlot());
    }

    private void watch() {
        if (!stopped && watching.compareAndSet(false, true)) {
            long before = begun.sum();
            loop.after(STALL, () -> look(before));
        }
    }

    /** On the loop: twice as many pullers if the ones there are seem stuck. */
    private void look(long before) {
        watching.set(false);
        int taken = takenSlots.get();
        if (waiting.isEmpty() || taken >= slots) {
            return;
        }
        if (begun.sum() == before) {
            startPullers(Math.max(1, taken));
        }
        watch();
    }

    // ---- one job, on a worker

    private void run(Job job) {
        try {
            perform(job);
        } catch (StackOverflowError | RuntimeException e) {
            LOG.error("{} could not answer {}, {}", self, job.token(), job.fate(), e);
            giveBack(job);
        } catch (VirtualMachineError e) {
            // Not settled, unless it was early: the broker gives it to another process when this one is gone.
            try {
                LOG.error("{} lost its virtual machine under {} ({})", self, job.service(), job.token(), e);
            } finally {
                fatalErrors.fatal(e);
            }
        }
    }

    private void perform(Job job) {
        if (job.isCancelled()) {
            counts.cancelled.increment();
            endUnperformed(job, Failures.cancelled("before it began"));
            return;
        }
        if (job.expired()) {
            counts.expired.increment();
            endUnperformed(job, Failures.expired(job.work()));
            return;
        }
        Cast cast = hosted.enter(job.service());
        if (cast == null) {
            endUnperformed(job, Failures.noSuchService(self, job.service()));
            return;
        }
        Thread thread = Thread.currentThread();
        ClassLoader outside = thread.getContextClassLoader();
        try {
            if (cast.loader() != null) {
                thread.setContextClassLoader(cast.loader());
            }
            perform(job, cast, cast.services().get(job.service()));
        } finally {
            thread.setContextClassLoader(outside);
            cast.leave();
        }
    }

    /** Inside the cast, until the answer is written: that may need its classes. */
    private void perform(Job job, Cast cast, ActorMethod method) {
        Object argument;
        try {
            argument = method.argument(job.payload(), serializer);
        } catch (RuntimeException | StackOverflowError e) {
            endUnperformed(job, Failures.badPayload(job.service(), e));
            return;
        }
        counts.executed.increment();
        job.begin();
        boolean slow = !method.isQuick();
        if (slow) {
            slowRunning.incrementAndGet();
        }
        long started = time.nanos();
        Outcome outcome;
        try {
            outcome = outcomeOf(cast.interceptors(), method, argument, job);
        } finally {
            if (slow) {
                slowRunning.decrementAndGet();
            }
        }
        long micros = Math.max(0, (time.nanos() - started) / 1_000);
        method.took(micros);
        counts.micros.add(micros);
        if (outcome == null) {
            interrupted.add(job.token());
            giveBack(job);
            return;
        }
        Finished finished = answers.answer(job, outcome, micros);
        completed.end(job, finished);
        repeatForFollowers(job, finished);
    }

    /** Ends a job that was begun too often. Any thread. */
    void poison(Job job) {
        Finished finished = answers.poison(job);
        completed.end(job, finished);
        repeatForFollowers(job, finished);
    }

    /** Not remembered: it was not done, and next time it may be. */
    private void endUnperformed(Job job, Outcome outcome) {
        Finished finished = answers.answer(job, outcome, Answers.NOT_RUN);
        completed.forget(job);
        repeatForFollowers(job, finished);
    }

    private void repeatForFollowers(Job job, Finished finished) {
        for (Job duplicate : job.dismiss()) {
            answers.repeat(duplicate, finished);
        }
    }

    /** Null if the job was interrupted because this agent stops: then it has no outcome. */
    private @Nullable Outcome outcomeOf(
            List<Interceptor> interceptors, ActorMethod method, @Nullable Object argument, Job job) {
        job.runBy(Thread.currentThread());
        LogContext.enter(job);
        try {
            Object result = interceptors.isEmpty()
                    ? awaited(method.call(argument, job))
                    : proceed(interceptors, 0, method, argument, job);
            return asOutcome(result);
        } catch (StackOverflowError e) {
            return failed(job, e);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            Throwable cause = unwrapped(e);
            if (cause instanceof VirtualMachineError error && !(cause instanceof StackOverflowError)) {
                throw error;
            }
            if (job.isCancelled()) {
                counts.cancelled.increment();
                return Failures.cancelled("while it ran");
            }
            return interrupting && !job.isSettledEarly() && interrupted(cause) ? null : failed(job, cause);
        } finally {
            LogContext.leave();
            job.ranBy();
            Thread.interrupted(); // what the job left behind must not hit the next
        }
    }

    private @Nullable Object proceed(
            List<Interceptor> interceptors, int at, ActorMethod method, @Nullable Object argument, Job job)
            throws Exception {
        return at == interceptors.size()
                ? awaited(method.call(argument, job))
                : interceptors.get(at).intercept(job, () -> proceed(interceptors, at + 1, method, argument, job));
    }

    /** What a stage ends with; anything else as it is. */
    private static @Nullable Object awaited(@Nullable Object returned) throws Exception {
        return returned instanceof CompletionStage<?> stage
                ? stage.toCompletableFuture().get()
                : returned;
    }

    private static Outcome asOutcome(@Nullable Object result) {
        if (result instanceof Outcome outcome) {
            return outcome;
        }
        if (result instanceof Payload payload) {
            return new Outcome.Success(payload);
        }
        return Outcome.success(result instanceof Optional<?> optional ? optional.orElse(null) : result);
    }

    private Outcome failed(Job job, Throwable cause) {
        counts.failed.increment();
        // Not its message: that may quote the payload.
        LOG.debug(
                "{} {} {} failed: {}",
                self,
                job.service(),
                job.token(),
                cause.getClass().getName());
        return Failures.thrown(cause);
    }

    private static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null
                && (cause instanceof InvocationTargetException
                        || cause instanceof ExecutionException
                        || cause instanceof UndeclaredThrowableException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static boolean interrupted(Throwable thrown) {
        int depth = 0;
        for (Throwable cause = thrown; cause != null && depth < 16; cause = cause.getCause()) {
            if (cause instanceof InterruptedException || cause instanceof ClosedByInterruptException) {
                return true;
            }
            depth++;
        }
        return false;
    }
}
