package io.nanite.core.transport;

import io.nanite.core.NaniteException;
import org.jspecify.annotations.Nullable;

/** The broker could not be reached, or refused. */
public abstract class TransportException extends NaniteException {

    protected TransportException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
