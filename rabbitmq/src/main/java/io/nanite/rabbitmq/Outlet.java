package io.nanite.rabbitmq;

import io.nanite.core.NaniteException;
import java.io.IOException;
import java.util.List;

/** A channel to write messages to. Called by one thread at a time: whoever holds the writer's turn. */
interface Outlet {

    /** Writes the message, or drops it if the channel is gone. */
    void emit(Outgoing message) throws IOException;

    /** What these wait for cannot be made into a message, and will not be. */
    default void unwritten(List<Pending> pending, NaniteException cause) {}
}
