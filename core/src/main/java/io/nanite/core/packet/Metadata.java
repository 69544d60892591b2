package io.nanite.core.packet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What travels with work besides the work itself. Readers that do not know it lose nothing but what it is for.
 *
 * @param deadline milliseconds since the epoch after which nobody wants the answer; 0 for never
 * @param attempt the how-manieth try this is, from 1
 * @param hop how many actors called actors before this one; 0 for a caller's own request
 * @param traceparent the W3C trace context, or null
 * @param path the services whose actors called one another before this one, the first caller first
 */
public record Metadata(
        long deadline, int attempt, int hop, @Nullable String traceparent, List<Service> path) {

    /**
     * Most calls inside one another. Chains that people build are a handful deep; what is deeper is a loop, and each of its
     * calls holds a slot somewhere.
     */
    public static final int MOST_HOPS = 16;

    /** No deadline, first attempt, no hop, no trace. */
    public static final Metadata NONE = new Metadata(0, 1, 0, null);

    /** Throws {@link IllegalArgumentException} if a number is below its least. */
    public Metadata {
        if (deadline < 0 || attempt < 1 || hop < 0) {
            throw new IllegalArgumentException(
                    "metadata: deadline %d, attempt %d, hop %d (expected: at least 0, 1 and 0)"
                            .formatted(deadline, attempt, hop));
        }
        path = List.copyOf(path);
    }

    /** As above, of work whose way here is not known, or that has none. */
    public Metadata(long deadline, int attempt, int hop, @Nullable String traceparent) {
        this(deadline, attempt, hop, traceparent, List.of());
    }

    public static Metadata until(Instant deadline) {
        return new Metadata(deadline.toEpochMilli(), 1, 0, null);
    }

    /** Of work that the actor behind this service asks for, which itself was asked with this. */
    public Metadata nested(Service caller, long newDeadline) {
        List<Service> longer = new ArrayList<>(path);
        longer.add(caller);
        return new Metadata(newDeadline, 1, hop + 1, traceparent, longer);
    }

    public Metadata withDeadline(long newDeadline) {
        return new Metadata(newDeadline, attempt, hop, traceparent, path);
    }

    public Metadata nextAttempt() {
        return new Metadata(deadline, attempt + 1, hop, traceparent, path);
    }

    public Metadata withTraceparent(@Nullable String newTraceparent) {
        return new Metadata(deadline, attempt, hop, newTraceparent, path);
    }

    /** Whether the deadline lies behind the given time. */
    public boolean expired(Instant now) {
        return deadline != 0 && now.toEpochMilli() > deadline;
    }

    /** Whether more actors have called one another than may. */
    public boolean isTooDeep() {
        return hop > MOST_HOPS;
    }

    /** The way to this service, in words: {@code /a/x → /b/y → /a/x}. */
    public String way(Service service) {
        String before = path.stream().map(caller -> caller + " → ").collect(Collectors.joining());
        return before + service;
    }
}
