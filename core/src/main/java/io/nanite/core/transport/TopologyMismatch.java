package io.nanite.core.transport;

import org.jspecify.annotations.Nullable;

/** A queue or exchange exists already and is not what it must be; the message names both values. */
public final class TopologyMismatch extends TransportException {

    public TopologyMismatch(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
