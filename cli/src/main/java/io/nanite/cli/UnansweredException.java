package io.nanite.cli;

import io.nanite.core.NaniteException;
import org.jspecify.annotations.Nullable;

/** A process of this machine runs, and does not answer as it should. */
final class UnansweredException extends NaniteException {

    private static final long serialVersionUID = 1L;

    UnansweredException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
