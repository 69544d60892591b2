package io.nanite.core.packet;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What travels with work besides the work itself. Readers that do not know it lose nothing but what it is for.
 *
 * @param deadline milliseconds since the epoch after which nobody wants the answer; 0 for never
 * @param attempt the how-manieth try this is, from 1
 * @param hop how many actors called actors before this one; 0 for a caller's own request
 * @param traceparent the W3C trace context, or null
 */
public record Metadata(
        long deadline, int attempt, int hop, @Nullable String traceparent) {

    /** No deadline, first attempt, no hop, no trace. */
    public static final Metadata NONE = new Metadata(0, 1, 0, null);

    /** Throws {@link IllegalArgumentException} if a number is below its least. */
    public Metadata {
        if (deadline < 0 || attempt < 1 || hop < 0) {
            throw new IllegalArgumentException(
                    "metadata: deadline %d, attempt %d, hop %d (expected: at least 0, 1 and 0)"
                            .formatted(deadline, attempt, hop));
        }
    }

    public static Metadata until(Instant deadline) {
        return new Metadata(deadline.toEpochMilli(), 1, 0, null);
    }

    public Metadata nextAttempt() {
        return new Metadata(deadline, attempt + 1, hop, traceparent);
    }

    public Metadata withTraceparent(@Nullable String newTraceparent) {
        return new Metadata(deadline, attempt, hop, newTraceparent);
    }

    /** Whether the deadline lies behind the given time. */
    public boolean expired(Instant now) {
        return deadline != 0 && now.toEpochMilli() > deadline;
    }
}
