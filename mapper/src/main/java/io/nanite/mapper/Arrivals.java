package io.nanite.mapper;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets callers wait until the registry is as they want it. While this process stands still, with its whole machine or because
 * others have the processor, nobody can be heard: of that hardly anything counts.
 */
final class Arrivals {

    private static final long SLICE = Duration.ofMillis(50).toNanos();

    private long came;

    /** Somebody came. */
    synchronized void tell() {
        came++;
        notifyAll();
    }

    /** Somebody who was here already can be given work again. */
    synchronized void tellAgain() {
        notifyAll();
    }

    /** Waits until the condition holds; returns whether it does. */
    synchronized boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (left <= 0) {
                return false;
            }
            left -= rest(left);
        }
        return true;
    }

    /** Waits until nobody has come for so long; returns false if somebody always did. */
    synchronized boolean awaitQuiet(Duration quiet, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        // What was quiet before the call does not count: an answer to a question may be on its way.
        long quietLeft = quiet.toNanos();
        while (quietLeft > 0) {
            if (left <= 0) {
                return false;
            }
            long before = came;
            long rested = rest(Math.min(left, quietLeft));
            left -= rested;
            quietLeft = came == before ? quietLeft - rested : quiet.toNanos();
        }
        return true;
    }

    /** Waits for a moment, this long at most; returns how much of it counts. With the lock. */
    @SuppressWarnings("WaitNotInLoop") // who calls this looks again
    private long rest(long atMost) throws InterruptedException {
        long slice = Math.min(atMost, SLICE);
        long before = System.nanoTime();
        wait(TimeUnit.NANOSECONDS.toMillis(slice) + 1);
        return Math.min(System.nanoTime() - before, 2 * SLICE);
    }
}
