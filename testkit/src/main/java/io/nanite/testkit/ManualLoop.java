package io.nanite.testkit;

import io.nanite.core.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * An event loop whose time a test moves: {@link #advance} runs what falls due on the way, in the order of time, each task
 * at its own time, on the thread of the test. Tasks may be handed in from any thread; of two threads that advance, one waits.
 */
public final class ManualLoop implements EventLoop {

    private final ManualTime time;
    private final Object running = new Object();
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.<Task>comparingLong(task -> task.due).thenComparingLong(task -> task.order));
    private final List<Throwable> failures = new ArrayList<>();
    private long added;
    private boolean closed;

    /** A loop with a time of its own. */
    public ManualLoop() {
        this(new ManualTime());
    }

    /** Several loops may share a time; only one of them should move it. */
    public ManualLoop(ManualTime time) {
        this.time = time;
    }

    @Override
    public void execute(Runnable task) {
        add(Duration.ZERO, null, task);
    }

    @Override
    public Cancellable after(Duration delay, Runnable task) {
        return add(delay, null, task);
    }

    @Override
    public Cancellable every(Duration period, Runnable task) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("period: %s (expected: more than 0)".formatted(period));
        }
        return add(period, period, task);
    }

    private synchronized Cancellable add(Duration delay, @Nullable Duration period, Runnable runnable) {
        Task task = new Task(time.nanos() + Math.max(0, delay.toNanos()), added++, period, runnable);
        if (!closed) {
            tasks.add(task);
        }
        return () -> cancel(task);
    }

    private synchronized void cancel(Task task) {
        task.cancelled = true;
        tasks.remove(task);
    }

    @Override
    public ManualTime time() {
        return time;
    }

    /** Runs what is due now, and what that hands in for now. */
    public void run() {
        advance(Duration.ZERO);
    }

    /** Lets this much time pass, and runs what falls due. */
    public void advance(Duration by) {
        synchronized (running) {
            long until = time.nanos() + by.toNanos();
            for (Task task = next(until); task != null; task = next(until)) {
                time.advance(Duration.ofNanos(Math.max(0, task.due - time.nanos())));
                perform(task);
            }
            time.advance(Duration.ofNanos(Math.max(0, until - time.nanos())));
        }
    }

    private synchronized @Nullable Task next(long until) {
        Task first = tasks.peek();
        return first == null || first.due > until ? null : tasks.remove();
    }

    private void perform(Task task) {
        try {
            task.runnable.run();
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            failed(e);
        }
        again(task);
    }

    private synchronized void failed(Throwable failure) {
        failures.add(failure);
    }

    /** As in production: the period counts from the end of a run, and one that threw runs again. */
    private synchronized void again(Task task) {
        if (task.period != null && !task.cancelled && !closed) {
            task.due = time.nanos() + task.period.toNanos();
            task.order = added++;
            tasks.add(task);
        }
    }

    /** What tasks have thrown so far. */
    public synchronized List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** How many tasks wait for their time, those that repeat included. */
    public synchronized int waiting() {
        return tasks.size();
    }

    /** Runs what is due, forgets the rest. */
    @Override
    public void close() {
        run();
        synchronized (this) {
            closed = true;
            tasks.clear();
        }
    }

    /** Changed only while it is not in the queue. */
    private static final class Task {

        private long due;
        private long order;
        private final @Nullable Duration period;
        private final Runnable runnable;
        private boolean cancelled;

        Task(long due, long order, @Nullable Duration period, Runnable runnable) {
            this.due = due;
            this.order = order;
            this.period = period;
            this.runnable = runnable;
        }
    }
}
