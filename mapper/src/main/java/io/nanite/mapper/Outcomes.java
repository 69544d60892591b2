package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Verdict;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a request ended: one outcome for each agent that was asked, the missing ones included. */
public record Outcomes(Map<Identity, Outcome> byAgent) {

    public Outcomes {
        byAgent = byAgent.size() == 1 ? Map.copyOf(byAgent) : Collections.unmodifiableMap(new LinkedHashMap<>(byAgent));
    }

    /** Whether every agent returned a value. */
    public boolean ok() {
        return byAgent.values().stream().allMatch(Outcome::ok);
    }

    public Collection<Outcome> all() {
        return byAgent.values();
    }

    /** The outcome of a request that went to one agent; throws {@link IllegalStateException} if it went to several. */
    public Outcome single() {
        if (byAgent.size() != 1) {
            throw new IllegalStateException("outcomes: %d (expected: 1)".formatted(byAgent.size()));
        }
        return byAgent.values().iterator().next();
    }

    /** What the agents returned that succeeded, as plain data, by their names. */
    public Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        byAgent.forEach((agent, outcome) -> {
            if (outcome instanceof Outcome.Success success) {
                values.put(agent.name(), success.payload().value());
            }
        });
        return values;
    }

    /** The agents whose work ended so. */
    public List<Identity> with(Verdict verdict) {
        return byAgent.entrySet().stream()
                .filter(entry -> entry.getValue().verdict() == verdict)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableList());
    }
}
