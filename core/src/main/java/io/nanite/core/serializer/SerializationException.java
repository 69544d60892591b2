package io.nanite.core.serializer;

import io.nanite.core.NaniteException;
import org.jspecify.annotations.Nullable;

/** Bytes that are not a packet, or a packet that cannot be bytes. */
public class SerializationException extends NaniteException {

    private final @Nullable String reason;

    public SerializationException(String message) {
        super(message);
        reason = null;
    }

    public SerializationException(String message, Throwable cause) {
        super(message, cause);
        reason = null;
    }

    private SerializationException(String message, String reason) {
        super(message);
        this.reason = reason;
    }

    /** One whose message says the same whatever was wrong, since others may see it; the reason stays on this side. */
    public static SerializationException refused(String message, String reason) {
        return new SerializationException(message, reason);
    }

    /** Why it was refused, in a word; null where the message says it. Not for whoever sent it. */
    public @Nullable String reason() {
        return reason;
    }
}
