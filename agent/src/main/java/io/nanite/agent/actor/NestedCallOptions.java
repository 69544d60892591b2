package io.nanite.agent.actor;

import io.nanite.core.packet.Identity;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a request or push that an actor makes is to be routed.
 *
 * @param selector the name of a selector that the mappers know
 * @param target the one agent that shall do it; then the selector has nothing to say
 * @param tags all of which an agent must carry
 * @param timeout how long the answer may take, at most what is left of the job that asks; null for a minute
 * @param persistent whether it must outlive a restart of the broker
 */
public record NestedCallOptions(
        String selector,
        @Nullable Identity target,
        Set<String> tags,
        @Nullable Duration timeout,
        boolean persistent) {

    /** The least loaded of all that can. */
    public static final NestedCallOptions DEFAULT = new NestedCallOptions("least_loaded", null, Set.of(), null, false);

    public NestedCallOptions {
        tags = Set.copyOf(tags);
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("timeout: %s (expected: more than 0)".formatted(timeout));
        }
    }

    /** An answer from each agent that can. */
    public static NestedCallOptions all() {
        return DEFAULT.withSelector("all");
    }

    /** This agent or nobody; {@code fred} and {@code nanite-fred} are the same. */
    public static NestedCallOptions target(String agent) {
        return DEFAULT.withTarget(Identity.agent(agent));
    }

    public NestedCallOptions withSelector(String newSelector) {
        return new NestedCallOptions(newSelector, target, tags, timeout, persistent);
    }

    public NestedCallOptions withTarget(@Nullable Identity newTarget) {
        return new NestedCallOptions(selector, newTarget, tags, timeout, persistent);
    }

    public NestedCallOptions withTags(Set<String> newTags) {
        return new NestedCallOptions(selector, target, newTags, timeout, persistent);
    }

    public NestedCallOptions withTimeout(@Nullable Duration newTimeout) {
        return new NestedCallOptions(selector, target, tags, newTimeout, persistent);
    }

    public NestedCallOptions withPersistent(boolean newPersistent) {
        return new NestedCallOptions(selector, target, tags, timeout, newPersistent);
    }
}
