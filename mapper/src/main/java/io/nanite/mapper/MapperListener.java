package io.nanite.mapper;

import io.nanite.core.packet.Identity;

/**
 * Told when agents come and go, and by which mapper. Called on the mapper's callback thread, one call at a time, in order.
 */
public interface MapperListener {

    /** An agent is here that was not, or offers something else than before, or has started anew. */
    default void registered(Identity agent, Mapper mapper) {}

    /** An agent said goodbye. */
    default void unregistered(Identity agent, Mapper mapper) {}

    /** An agent went away without a word; once for each time it does. */
    default void timedOut(Identity agent, Mapper mapper) {}

    /** An agent has been silent for too long, or seems not to be connected: it gets no new work until it speaks. */
    default void suspected(Identity agent, Mapper mapper) {}

    /** An agent that was suspected has spoken again. */
    default void recovered(Identity agent, Mapper mapper) {}
}
