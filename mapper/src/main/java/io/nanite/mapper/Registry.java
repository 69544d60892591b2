package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is alive and what they offer. Written by the loop only; read by everybody, without a lock.
 *
 * <p>Agents by name change in place. The index by service is an immutable list per service, made anew when somebody comes
 * or goes, so that a request sees one moment of it.
 */
final class Registry {

    private final Map<Identity, AgentEntry> agents = new ConcurrentHashMap<>();
    private final Map<Service, List<AgentEntry>> offering = new ConcurrentHashMap<>();

    /** Adds the agent, or puts it in the place of the one of that name. */
    void put(AgentEntry agent) {
        AgentEntry before = agents.put(agent.identity(), agent);
        Set<Service> changed = new HashSet<>(agent.services());
        if (before != null) {
            changed.addAll(before.services());
        }
        for (Service service : changed) {
            reindex(service, before, agent.services().contains(service) ? agent : null);
        }
    }

    /** Removes exactly this agent; returns false if it was gone, or another came in its place. */
    boolean remove(AgentEntry agent) {
        if (!agents.remove(agent.identity(), agent)) {
            return false;
        }
        for (Service service : agent.services()) {
            reindex(service, agent, null);
        }
        return true;
    }

    private void reindex(Service service, @Nullable AgentEntry out, @Nullable AgentEntry in) {
        List<AgentEntry> next = new ArrayList<>(offering.getOrDefault(service, List.of()));
        next.remove(out);
        if (in != null) {
            next.add(in);
        }
        if (next.isEmpty()) {
            offering.remove(service);
        } else {
            offering.put(service, List.copyOf(next));
        }
    }

    @Nullable
    AgentEntry find(Identity identity) {
        return agents.get(identity);
    }

    Collection<AgentEntry> all() {
        return agents.values();
    }

    /** All that offer the service and carry every tag. */
    List<AgentEntry> able(Service service, Set<String> tags) {
        List<AgentEntry> offering = this.offering.getOrDefault(service, List.of());
        if (tags.isEmpty() || offering.isEmpty()) {
            return offering;
        }
        Predicate<Set<String>> wanted = Tags.all(tags);
        List<AgentEntry> able = new ArrayList<>();
        for (AgentEntry agent : offering) {
            if (wanted.test(agent.tags())) {
                able.add(agent);
            }
        }
        return able;
    }

    /** How many agents offer each service. */
    Map<Service, Integer> services() {
        Map<Service, Integer> counts = new HashMap<>();
        offering.forEach((service, agents) -> counts.put(service, agents.size()));
        return counts;
    }
}
