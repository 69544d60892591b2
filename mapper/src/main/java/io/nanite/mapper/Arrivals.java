package io.nanite.mapper;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Lets callers wait until the registry is as they want it. */
final class Arrivals {

    private long last = System.nanoTime();

    /** Somebody came. */
    synchronized void tell() {
        last = System.nanoTime();
        notifyAll();
    }

    /** Somebody who was here already can be given work again. */
    synchronized void tellAgain() {
        notifyAll();
    }

    /** Waits until the condition holds; returns whether it does. */
    synchronized boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(millis(left));
        }
        return true;
    }

    /** Waits until nobody has come for so long; returns false if somebody always did. */
    synchronized boolean awaitQuiet(Duration quiet, Duration atMost) throws InterruptedException {
        long start = System.nanoTime();
        long until = start + atMost.toNanos();
        while (true) {
            long now = System.nanoTime();
            // What was quiet before the call does not count: an answer to a question may be on its way.
            long left = Math.max(last, start) + quiet.toNanos() - now;
            if (left <= 0) {
                return true;
            }
            if (until - now <= 0) {
                return false;
            }
            wait(millis(Math.min(left, until - now)));
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
    }
}
