package io.nanite.core.transport;

import org.jspecify.annotations.Nullable;

/** The queue that was to be read does not exist, and it is not this reader's to declare. */
public final class NoSuchQueue extends TransportException {

    public NoSuchQueue(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
