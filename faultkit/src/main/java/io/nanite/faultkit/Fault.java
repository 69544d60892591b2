package io.nanite.faultkit;

import java.time.Duration;

/** What a {@link FaultProxy} does with the bytes of one direction. Counts begin anew with every order, for each link. */
public sealed interface Fault {

    /** Nothing: bytes go through. */
    record Pass() implements Fault {}

    /** Bytes go through, each batch of at most 64 KiB so much later. */
    record Delay(Duration by) implements Fault {

        /** Throws {@link IllegalArgumentException} for less than nothing. */
        public Delay {
            if (by.isNegative()) {
                throw new IllegalArgumentException("delay: %s (expected: at least 0)".formatted(by));
            }
        }
    }

    /** Bytes go through, no more than so many in a second. */
    record Rate(int bytesPerSecond) implements Fault {

        /** Throws {@link IllegalArgumentException} for less than one. */
        public Rate {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException("rate: %d (expected: at least 1)".formatted(bytesPerSecond));
            }
        }
    }

    /** Bytes are held, as by a network that has lost its way and finds it again: they go on when something else is ordered. */
    record Stall() implements Fault {}

    /**
     * Bytes are taken and thrown away. A link that has lost some stays black when something else is ordered: what would come
     * out of it is no stream any more.
     */
    record Blackhole() implements Fault {}

    /** So many more bytes go through, then the link is closed on both sides. */
    record Cut(long after) implements Fault {

        /** Throws {@link IllegalArgumentException} for less than none. */
        public Cut {
            if (after < 0) {
                throw new IllegalArgumentException("cut after: %d (expected: at least 0)".formatted(after));
            }
        }
    }

    /** Bytes go through, and the one at this place (from 0) is turned into another. */
    record Corrupt(long at) implements Fault {

        /** Throws {@link IllegalArgumentException} for a place before the first. */
        public Corrupt {
            if (at < 0) {
                throw new IllegalArgumentException("corrupt at: %d (expected: at least 0)".formatted(at));
            }
        }
    }
}
