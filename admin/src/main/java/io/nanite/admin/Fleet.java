package io.nanite.admin;

import io.nanite.mapper.AgentView;
import io.nanite.mapper.Departure;
import io.nanite.mapper.Mapper;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All agents that are here, were here not long ago, or are kept from working. Any thread. */
final class Fleet {

    private final Mapper mapper;
    private final Quarantine quarantine;

    /**
     * One of them.
     *
     * @param departure how it went; null if it is here
     */
    record Member(
            AgentView view, Answers.Agent line, @Nullable Departure departure) {}

    Fleet(Mapper mapper, Quarantine quarantine) {
        this.mapper = mapper;
        this.quarantine = quarantine;
    }

    /** By name. */
    List<Member> members(Instant at) {
        List<Member> members = new ArrayList<>();
        Set<String> here = new HashSet<>();
        // First those that went: one that comes back in between is then seen twice and not never.
        List<Departure> departed = mapper.departed();
        for (AgentView view : mapper.agents()) {
            here.add(view.identity().name());
            members.add(new Member(view, line(view, at, null), null));
        }
        for (Departure departure : departed) {
            if (here.add(departure.agent().identity().name())) {
                members.add(new Member(departure.agent(), line(departure.agent(), at, departure), departure));
            }
        }
        members.sort(Comparator.comparing(member -> member.line().name()));
        return members;
    }

    List<Answers.Agent> lines(Instant at) {
        return members(at).stream().map(Member::line).toList();
    }

    /** The names of those that are kept from working, here or not. */
    List<String> quarantined() {
        return List.copyOf(quarantine.names());
    }

    Optional<Member> find(String name, Instant at) {
        return members(at).stream()
                .filter(member -> member.view().identity().name().equals(name)
                        || member.view().identity().value().equals(name))
                .findFirst();
    }

    private Answers.Agent line(AgentView view, Instant at, @Nullable Departure departure) {
        double load = view.status().load();
        Instant heardAt = (departure == null ? at : departure.at())
                .minus(view.silentFor())
                .truncatedTo(ChronoUnit.MILLIS);
        String state = state(view, departure);
        return new Answers.Agent(
                view.identity().name(),
                state,
                Double.isFinite(load) ? load : null,
                view.vitals().slots(),
                view.vitals().busy(),
                view.inFlight(),
                view.tags().stream().sorted().toList(),
                view.services().size(),
                heardAt,
                departure == null || departure.connected()
                        ? null
                        : departure.at().truncatedTo(ChronoUnit.MILLIS),
                view.vitals().version(),
                view.vitals().boot());
    }

    private String state(AgentView view, @Nullable Departure departure) {
        boolean here = departure == null || departure.connected();
        if (here && quarantine.holds(view.identity().name())) {
            return "quarantined";
        }
        if (departure == null) {
            return view.suspect() ? "suspect" : "ready";
        }
        return departure.connected() ? "draining" : departure.goodbye() ? "gone" : "dead";
    }
}
