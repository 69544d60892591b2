package io.nanite.core.loop;

import java.time.Instant;

/**
 * The two kinds of time. Liveness and time-outs are measured with {@link #nanos}, which no operator and no daemon can set
 * back; only deadlines that travel between hosts are {@link #now}.
 */
public interface TimeSource {

    /** Nanoseconds from an arbitrary origin; only differences mean anything. */
    long nanos();

    /** The time of day. */
    Instant now();

    /** The time of this machine. */
    static TimeSource system() {
        return new TimeSource() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public Instant now() {
                return Instant.now();
            }
        };
    }
}
