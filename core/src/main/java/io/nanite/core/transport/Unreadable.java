package io.nanite.core.transport;

import org.jspecify.annotations.Nullable;

/** Bytes of a message that are not what its media type says. */
public final class Unreadable extends TransportException {

    public Unreadable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
