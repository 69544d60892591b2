package io.nanite.core.transport;

import org.jspecify.annotations.Nullable;

/** The queue that was to be read alone has a reader, or lives with the connection of another. */
public final class QueueInUse extends TransportException {

    public QueueInUse(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
