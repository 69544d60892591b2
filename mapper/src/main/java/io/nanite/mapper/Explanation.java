package io.nanite.mapper;

import io.nanite.core.packet.Service;
import java.util.List;

/**
 * Who would get a request now, and why.
 *
 * @param selector the name of the selector, or {@code target}
 * @param agents all that offer the service, by name, and the target if it does not
 * @param verdict in one sentence what would happen
 */
public record Explanation(Service service, String selector, List<Considered> agents, String verdict) {

    public Explanation {
        agents = List.copyOf(agents);
    }

    /**
     * One agent that was considered.
     *
     * @param why one sentence; with the figures that the selector compares, if it does
     */
    public record Considered(AgentView agent, boolean chosen, String why) {}
}
