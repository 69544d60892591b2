package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.mapper.selector.Selectors;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one request or push is to be routed.
 *
 * @param selector the name of a selector that the mapper knows
 * @param target the one agent that shall do it; then the selector has nothing to say
 * @param tags all of which an agent must carry; {@link io.nanite.core.packet.Tags#any} makes one of several
 * @param timeout how long the answer may take; null for the mapper's own time-out
 * @param persistent whether it must outlive a restart of the broker
 * @param offlineFailsafe whether it waits in the offline queue if nobody can serve it; null for the mapper's own setting
 * @param minReplies how many agents must reply before the request ends; the others count as cancelled then. 0 for all
 * @param batch of how many agents at a time an answer is wanted: the next is asked when one of them has answered. 0 for all at
 *     once; it says nothing where one agent is asked, and nothing of pushes
 */
public record CallOptions(
        String selector,
        @Nullable Identity target,
        Set<String> tags,
        @Nullable Duration timeout,
        boolean persistent,
        @Nullable Boolean offlineFailsafe,
        int minReplies,
        int batch) {

    /** What stands on the wire as the selector of work that is for one agent or nobody. */
    static final String TARGET = "target";

    /** The least loaded of all that can, the mapper's time-out. */
    public static final CallOptions DEFAULT =
            new CallOptions(Selectors.LEAST_LOADED, null, Set.of(), null, false, null, 0, 0);

    public CallOptions {
        tags = Set.copyOf(tags);
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("timeout: %s (expected: more than 0)".formatted(timeout));
        }
        if (minReplies < 0) {
            throw new IllegalArgumentException(
                    "minReplies: %d (expected: at least 1, or 0 for all)".formatted(minReplies));
        }
        if (batch < 0) {
            throw new IllegalArgumentException(
                    "batch: %d (expected: at least 1, or 0 for all at once)".formatted(batch));
        }
    }

    /** An answer from each agent that can. */
    public static CallOptions all() {
        return DEFAULT.withSelector(Selectors.ALL);
    }

    /** This agent or nobody; {@code fred} and {@code nanite-fred} are the same. */
    public static CallOptions target(String agent) {
        return DEFAULT.withTarget(Identity.agent(agent));
    }

    public CallOptions withSelector(String newSelector) {
        return new CallOptions(newSelector, target, tags, timeout, persistent, offlineFailsafe, minReplies, batch);
    }

    public CallOptions withTarget(@Nullable Identity newTarget) {
        return new CallOptions(selector, newTarget, tags, timeout, persistent, offlineFailsafe, minReplies, batch);
    }

    public CallOptions withTags(Set<String> newTags) {
        return new CallOptions(selector, target, newTags, timeout, persistent, offlineFailsafe, minReplies, batch);
    }

    public CallOptions withTimeout(@Nullable Duration newTimeout) {
        return new CallOptions(selector, target, tags, newTimeout, persistent, offlineFailsafe, minReplies, batch);
    }

    public CallOptions withPersistent(boolean newPersistent) {
        return new CallOptions(selector, target, tags, timeout, newPersistent, offlineFailsafe, minReplies, batch);
    }

    public CallOptions withOfflineFailsafe(boolean newOfflineFailsafe) {
        return new CallOptions(selector, target, tags, timeout, persistent, newOfflineFailsafe, minReplies, batch);
    }

    public CallOptions withMinReplies(int newMinReplies) {
        return new CallOptions(selector, target, tags, timeout, persistent, offlineFailsafe, newMinReplies, batch);
    }

    public CallOptions withBatch(int newBatch) {
        return new CallOptions(selector, target, tags, timeout, persistent, offlineFailsafe, minReplies, newBatch);
    }

    /** An explicit target is said on the wire too: such work is for that agent or nobody, whoever finds it. */
    String selectorOnTheWire() {
        return target == null ? selector : TARGET;
    }
}
