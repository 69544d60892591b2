package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Token;
import java.util.List;

/**
 * A push that the broker has accepted.
 *
 * @param agents who gets it; nobody yet if it is parked
 * @param parked whether it waits in the offline queue until somebody can serve it
 */
public record Pushed(Token token, List<Identity> agents, boolean parked) {

    public Pushed {
        agents = List.copyOf(agents);
    }
}
