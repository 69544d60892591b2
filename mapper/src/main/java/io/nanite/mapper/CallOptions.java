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
 */
public record CallOptions(
        String selector,
        @Nullable Identity target,
        Set<String> tags,
        @Nullable Duration timeout,
        boolean persistent,
        @Nullable Boolean offlineFailsafe,
        int minReplies) {

    /** The least loaded of all that can, the mapper's time-out. */
    public static final CallOptions DEFAULT =
            new CallOptions(Selectors.LEAST_LOADED, null, Set.of(), null, false, null, 0);

    public CallOptions {
        tags = Set.copyOf(tags);
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("timeout: %s (expected: more than 0)".formatted(timeout));
        }
        if (minReplies < 0) {
            throw new IllegalArgumentException(
                    "minReplies: %d (expected: at least 1, or 0 for all)".formatted(minReplies));
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
        return new CallOptions(newSelector, target, tags, timeout, persistent, offlineFailsafe, minReplies);
    }

    public CallOptions withTarget(@Nullable Identity newTarget) {
        return new CallOptions(selector, newTarget, tags, timeout, persistent, offlineFailsafe, minReplies);
    }

    public CallOptions withTags(Set<String> newTags) {
        return new CallOptions(selector, target, newTags, timeout, persistent, offlineFailsafe, minReplies);
    }

    public CallOptions withTimeout(@Nullable Duration newTimeout) {
        return new CallOptions(selector, target, tags, newTimeout, persistent, offlineFailsafe, minReplies);
    }

    public CallOptions withPersistent(boolean newPersistent) {
        return new CallOptions(selector, target, tags, timeout, newPersistent, offlineFailsafe, minReplies);
    }

    public CallOptions withOfflineFailsafe(boolean newOfflineFailsafe) {
        return new CallOptions(selector, target, tags, timeout, persistent, newOfflineFailsafe, minReplies);
    }

    public CallOptions withMinReplies(int newMinReplies) {
        return new CallOptions(selector, target, tags, timeout, persistent, offlineFailsafe, newMinReplies);
    }
}
