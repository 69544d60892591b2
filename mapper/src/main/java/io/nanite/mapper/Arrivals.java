package io.nanite.mapper;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Lets callers wait until the registry is as they want it. */
final class Arrivals {

    /** Somebody came. */
    synchronized void tell() {
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
            wait(left / 1_000_000 + 1);
        }
        return true;
    }
}
