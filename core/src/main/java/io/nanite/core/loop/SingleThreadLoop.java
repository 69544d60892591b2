package io.nanite.core.loop;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The loop used in production: one daemon thread of the given name. */
public final class SingleThreadLoop implements EventLoop {

    private static final long GRACE_SECONDS = 5;

    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<Throwable> onError;
    private volatile @Nullable Thread thread;

    /** {@code onError} is called on the loop's thread with whatever a task throws; it must not throw itself. */
    public SingleThreadLoop(String threadName, Consumer<Throwable> onError) {
        this.onError = onError;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread started = new Thread(task, threadName);
            started.setDaemon(true);
            thread = started;
            return started;
        });
        executor.setRemoveOnCancelPolicy(true);
        // Closing must not wait for what is not due.
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            // Closed: there is nobody left to see what the task would have changed.
        }
    }

    @Override
    public Cancellable after(Duration delay, Runnable task) {
        return scheduled(() -> executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public Cancellable every(Duration period, Runnable task) {
        // Fixed delay: after a long pause, run once, not once for every beat missed.
        return scheduled(() -> executor.scheduleWithFixedDelay(
                guarded(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS));
    }

    private static Cancellable scheduled(Supplier<Future<?>> scheduling) {
        try {
            Future<?> future = scheduling.get();
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            return () -> {};
        }
    }

    @Override
    public TimeSource time() {
        return TimeSource.system();
    }

    /** An executor forgets what a task throws, and never runs a failed beat again. We do neither. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | StackOverflowError | AssertionError e) {
                onError.accept(e);
            }
        };
    }

    @Override
    public void close() {
        executor.shutdown();
        if (Thread.currentThread().equals(thread)) {
            // The task that closes the loop cannot wait for its own end.
            return;
        }
        try {
            if (!executor.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
