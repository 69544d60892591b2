package io.nanite.dist.actors;

import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Payload;

/** Offers what the simple agent offers, and answers something else. */
@Actor("simple")
public final class Liar {

    @Expose
    public String hello(Payload ignored) {
        return "good bye";
    }

    @Expose
    public String echo(Payload ignored) {
        return "what did you say?";
    }
}
