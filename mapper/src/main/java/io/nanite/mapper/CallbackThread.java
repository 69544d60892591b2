package io.nanite.mapper;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that user code runs on: continuations and listeners, one at a time, in order. Waking it once serves all that
 * came meanwhile, which is what makes thousands of answers cheap.
 */
final class CallbackThread implements Executor, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CallbackThread.class);
    private static final long GRACE_MILLIS = 5_000;

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean parked;
    private volatile boolean closed;

    CallbackThread(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void execute(Runnable callback) {
        waiting.add(callback);
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (true) {
            Runnable callback = waiting.poll();
            if (callback != null) {
                call(callback);
            } else if (closed) {
                return;
            } else {
                parked = true;
                if (waiting.isEmpty() && !closed) {
                    LockSupport.park(this);
                }
                parked = false;
            }
        }
    }

    private static void call(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            LOG.error("a callback threw", e);
        }
    }

    /** Lets what waits run, then ends the thread. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(GRACE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
