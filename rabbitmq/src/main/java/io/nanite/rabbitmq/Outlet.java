package io.nanite.rabbitmq;

import java.io.IOException;

/** A channel to write messages to. Called by one thread at a time: whoever holds the writer's turn. */
interface Outlet {

    /** Writes the message, or drops it if the channel is gone. */
    void emit(Outgoing message) throws IOException;
}
