package io.nanite.core.transport;

import org.jspecify.annotations.Nullable;

/** Too much is on its way already. Nothing was sent. */
public final class Overloaded extends TransportException {

    public Overloaded(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
