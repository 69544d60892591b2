package io.nanite.testkit;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread on which a transport calls back. Work is handed in while the broker is locked, and runs when it is not. */
interface Threading {

    /** Will run the task after all that were handed in before. */
    void post(Runnable task);

    /** Called when the broker is not locked any more: runs what was posted, if it is to run on this thread. */
    void unlocked();

    /** Lets what was posted finish. */
    void end();

    /** A thread of one's own, as in production. */
    final class OwnThread implements Threading {

        private static final Logger LOG = LoggerFactory.getLogger(OwnThread.class);
        private static final long GRACE_SECONDS = 10;

        private final ExecutorService executor;
        private volatile Thread thread = Thread.currentThread();

        OwnThread(String name) {
            executor = Executors.newSingleThreadExecutor(task -> {
                thread = new Thread(task, name);
                thread.setDaemon(true);
                return thread;
            });
        }

        @Override
        public void post(Runnable task) {
            executor.execute(() -> guarded(task));
        }

        private static void guarded(Runnable task) {
            try {
                task.run();
            } catch (RuntimeException | AssertionError e) {
                LOG.error("A receiver, a listener or a future's dependent threw", e);
            }
        }

        @Override
        public void unlocked() {
            // The thread does not wait for this one.
        }

        @Override
        public void end() {
            executor.shutdown();
            if (Thread.currentThread().equals(thread)) {
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

    /**
     * The thread that causes it: before the call that caused it returns, or, within a callback, after that callback. One
     * for all transports of a broker, so that a test without threads of its own sees one order of events, always the same.
     * What a callback throws comes out of the call that caused it.
     */
    final class CallersThread implements Threading {

        private final Queue<Runnable> posted = new ArrayDeque<>();
        private boolean busy;

        @Override
        public synchronized void post(Runnable task) {
            posted.add(task);
        }

        @Override
        public void unlocked() {
            if (!enter()) {
                return;
            }
            try {
                for (Runnable task = next(); task != null; task = next()) {
                    task.run();
                }
            } catch (RuntimeException | Error e) {
                leave();
                throw e;
            }
        }

        private synchronized boolean enter() {
            boolean entered = !busy;
            busy = true;
            return entered;
        }

        /** Leaves with the last task, so that none is posted in between and forgotten. */
        private synchronized @Nullable Runnable next() {
            Runnable task = posted.poll();
            busy = task != null;
            return task;
        }

        private synchronized void leave() {
            busy = false;
        }

        @Override
        public void end() {
            // Nothing was started.
        }
    }
}
