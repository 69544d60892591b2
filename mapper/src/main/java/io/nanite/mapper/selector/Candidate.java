package io.nanite.mapper.selector;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Status;
import java.util.Set;

/** An agent that can do the work, as one mapper sees it now. The figures move while they are read. */
public interface Candidate {

    Identity identity();

    /** What the agent last said of its load. */
    Status status();

    Set<String> tags();

    /** How many jobs it runs at once; 0 if it did not say. */
    int slots();

    /** How many requests of this mapper it has not answered. */
    int inFlight();

    /** How many requests and pushes this mapper has sent it since it last said how loaded it is. */
    int sentSinceStatus();
}
