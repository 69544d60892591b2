package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is alive and what they offer. Written by the loop only; read by everybody.
 *
 * <p>What a request reads is immutable, so that it sees one moment: the agents that offer a service, those of them that get new
 * work, and the same for the tags that were asked for. It is made anew by the first who asks after somebody came, went, fell
 * silent or spoke again; all others only look it up, so that what a choice costs does not grow with the fabric.
 */
final class Registry {

    private final Map<Identity, AgentEntry> agents = new ConcurrentHashMap<>();
    private final Map<Service, Offering> offerings = new ConcurrentHashMap<>();

    /** Adds the agent, or puts it in the place of the one of that name. */
    void put(AgentEntry agent) {
        AgentEntry before = agents.put(agent.identity(), agent);
        if (before != null) {
            Set<Service> given = new HashSet<>(before.services());
            given.removeAll(agent.services());
            given.forEach(service -> withdraw(service, before));
        }
        for (Service service : agent.services()) {
            offerings.computeIfAbsent(service, unused -> new Offering()).put(agent);
        }
    }

    /** Removes exactly this agent; returns false if it was gone, or another came in its place. */
    boolean remove(AgentEntry agent) {
        if (!agents.remove(agent.identity(), agent)) {
            return false;
        }
        agent.services().forEach(service -> withdraw(service, agent));
        return true;
    }

    private void withdraw(Service service, AgentEntry agent) {
        Offering offering = offerings.get(service);
        if (offering != null && offering.remove(agent)) {
            offerings.remove(service);
        }
    }

    /** The agent became suspect, or is it no more. */
    void changed(AgentEntry agent) {
        for (Service service : agent.services()) {
            Offering offering = offerings.get(service);
            if (offering != null) {
                offering.changed();
            }
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
        Offering offering = offerings.get(service);
        return offering == null ? List.of() : offering.now(tags).able;
    }

    /** Those of the able that are not suspect. */
    List<AgentEntry> ready(Service service, Set<String> tags) {
        Offering offering = offerings.get(service);
        return offering == null ? List.of() : offering.now(tags).ready;
    }

    /** How many agents offer each service. */
    Map<Service, Integer> services() {
        Map<Service, Integer> counts = new HashMap<>();
        offerings.forEach((service, offering) -> counts.put(service, offering.size()));
        return counts;
    }

    /** Who offers one service. Guarded by itself; what is made of it is not. */
    private static final class Offering {

        private final Map<Identity, AgentEntry> members = new LinkedHashMap<>();

        /** Null after a change, until somebody asks. */
        private volatile @Nullable Moment moment;

        synchronized void put(AgentEntry agent) {
            members.put(agent.identity(), agent);
            moment = null;
        }

        /** Returns whether nobody is left. */
        synchronized boolean remove(AgentEntry agent) {
            members.remove(agent.identity());
            moment = null;
            return members.isEmpty();
        }

        synchronized void changed() {
            moment = null;
        }

        synchronized int size() {
            return members.size();
        }

        Moment now(Set<String> tags) {
            Moment now = moment;
            return (now == null ? look() : now).with(tags);
        }

        private synchronized Moment look() {
            Moment now = moment;
            if (now == null) {
                now = new Moment(List.copyOf(members.values()));
                moment = now;
            }
            return now;
        }
    }

    /** Who offers a service at one moment. Immutable but for what it remembers. */
    private static final class Moment {

        /** Somebody who makes up tags must not fill the memory. */
        private static final int MOST_REMEMBERED = 100;

        private final List<AgentEntry> able;
        private final List<AgentEntry> ready;
        private final Map<Set<String>, Moment> tagged = new ConcurrentHashMap<>(1);

        Moment(List<AgentEntry> able) {
            this.able = able;
            this.ready = those(able, agent -> !agent.isSuspect());
        }

        Moment with(Set<String> tags) {
            if (tags.isEmpty()) {
                return this;
            }
            Moment known = tagged.get(tags);
            if (known == null) {
                Predicate<Set<String>> wanted = Tags.all(tags);
                known = new Moment(those(able, agent -> wanted.test(agent.tags())));
                if (tagged.size() < MOST_REMEMBERED) {
                    tagged.put(tags, known);
                }
            }
            return known;
        }

        private static List<AgentEntry> those(List<AgentEntry> agents, Predicate<AgentEntry> wanted) {
            List<AgentEntry> those = new ArrayList<>();
            for (AgentEntry agent : agents) {
                if (wanted.test(agent)) {
                    those.add(agent);
                }
            }
            return those.size() == agents.size() ? agents : List.copyOf(those);
        }
    }
}
