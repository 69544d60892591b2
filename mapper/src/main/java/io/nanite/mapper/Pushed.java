package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Token;
import java.util.List;

/** A push that the broker has accepted for each of these agents. */
public record Pushed(Token token, List<Identity> agents) {

    public Pushed {
        agents = List.copyOf(agents);
    }
}
