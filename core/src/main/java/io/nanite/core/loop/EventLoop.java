package io.nanite.core.loop;

import java.time.Duration;

/** Runs tasks one at a time, in order, on a thread of its own. State touched only from here needs no lock. */
public interface EventLoop extends AutoCloseable {

    /** Runs the task soon. After {@link #close} it is dropped, as those of the other two methods are. */
    void execute(Runnable task);

    /** Runs the task once after the delay, unless the returned handle is cancelled before. */
    Cancellable after(Duration delay, Runnable task);

    /**
     * Runs the task again and again, the period counted from the end of one run to the start of the next. One that throws
     * is reported and runs again at its next time.
     */
    Cancellable every(Duration period, Runnable task);

    /** The time that this loop lives by. */
    TimeSource time();

    /** Lets tasks that are due finish, then ends the thread. May be called from a task. Closing twice does nothing. */
    @Override
    void close();

    /** A task that has not run yet. */
    @FunctionalInterface
    interface Cancellable {

        /** Keeps the task from running again; does nothing if it has run or was cancelled. */
        void cancel();
    }
}
