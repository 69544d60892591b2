package io.nanite.mapper;

import io.nanite.core.packet.Identity;

/** Told when agents come and go. Called on the mapper's callback thread, one call at a time, in order. */
public interface MapperListener {

    /** An agent is here that was not, or offers something else than before, or has started anew. */
    default void registered(Identity agent) {}

    /** An agent said goodbye. */
    default void unregistered(Identity agent) {}

    /** An agent went away without a word; once for each time it does. */
    default void timedOut(Identity agent) {}
}
