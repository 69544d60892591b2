package io.nanite.faulttest;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Time as this process had it: while the machine stands still, or has no processor for us, it does not pass. For bounds on what
 * somebody here may take. To ten milliseconds.
 */
final class OwnTime implements AutoCloseable {

    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(10);

    private final AtomicLong passed = new AtomicLong();
    private final Thread thread = new Thread(this::run, "own-time");
    private volatile boolean closed;

    OwnTime() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long before = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(this, STEP);
            long now = System.nanoTime();
            passed.addAndGet(Math.min(now - before, 2 * STEP));
            before = now;
        }
    }

    long nanos() {
        return passed.get();
    }

    Duration since(long nanos) {
        return Duration.ofNanos(nanos() - nanos);
    }

    @Override
    public void close() {
        closed = true;
    }
}
