package io.nanite.core.packet;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Work for an actor: a {@link Request} wants a result, a {@link Push} does not. */
public sealed interface Deliverable extends Packet permits Request, Push {

    Service service();

    Payload payload();

    /** Who asks: a mapper, or an agent whose actor called another. */
    Identity from();

    Token token();

    /** The name of the selector: what an asking agent wants, or what a mapper used. */
    String selector();

    /** The agent that shall do it; null until one is chosen. */
    @Nullable
    Identity target();

    /** Whether it must outlive a restart of the broker. */
    boolean persistent();

    /** All of which an agent must carry to be able. */
    Set<String> tags();

    Metadata metadata();

    /** The same work for this agent. */
    Deliverable to(Identity target);

    /** The same work with other metadata. */
    Deliverable with(Metadata metadata);
}
