package io.nanite.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How several agents of one process are: what they have together, and whose it is. */
record AgentsStatus(List<AgentStatus> agents) implements Resident {

    AgentsStatus {
        agents = List.copyOf(agents);
    }

    @Override
    public void describe(Map<String, @Nullable Object> status) {
        Map<String, List<Object>> all = new LinkedHashMap<>();
        for (AgentStatus agent : agents) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            agent.describe(one);
            one.forEach((name, value) -> {
                List<Object> values = all.computeIfAbsent(name, unused -> new ArrayList<>());
                if (value != null) {
                    values.add(value);
                }
            });
        }
        all.forEach((name, values) -> status.put(name, together(name, values)));
        status.put(
                "agents",
                agents.stream().map(one -> one.agent().identity().name()).toList());
    }

    /** Numbers of work add up; of the rest the worst counts, or what any of them has. */
    private static @Nullable Object together(String name, List<Object> values) {
        return switch (name) {
            case "jobs", "slots", "executed" ->
                values.stream().mapToLong(value -> ((Number) value).longValue()).sum();
            case "connected" -> values.stream().allMatch(Boolean.TRUE::equals);
            case "last_ping_s", "grace_s" ->
                values.stream()
                        .map(value -> ((Number) value).longValue())
                        .max(Long::compare)
                        .orElse(null);
            case "services" -> {
                Set<Object> services = new LinkedHashSet<>();
                values.forEach(value -> services.addAll((List<?>) value));
                yield List.copyOf(services);
            }
            default -> values.isEmpty() ? null : Objects.requireNonNull(values.get(0));
        };
    }

    @Override
    public List<Map<String, @Nullable Object>> jobs() {
        return agents.stream().flatMap(agent -> agent.jobs().stream()).toList();
    }
}
