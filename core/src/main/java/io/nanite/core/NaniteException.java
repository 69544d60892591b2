package io.nanite.core;

import org.jspecify.annotations.Nullable;

/** The root of everything Nanite throws. Catch a subclass; this one says only "it came from Nanite". */
public abstract class NaniteException extends RuntimeException {

    /** The message names the thing, its value, and what was expected. */
    protected NaniteException(String message) {
        super(message);
    }

    /** As above, with what was thrown underneath. */
    protected NaniteException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
