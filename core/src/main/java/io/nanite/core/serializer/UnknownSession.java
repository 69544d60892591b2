package io.nanite.core.serializer;

import io.nanite.core.packet.Identity;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a session that this process does not have, or not any more. Nobody can read them, and nobody need keep them:
 * whoever wrote them waits for an answer, and writes again what has none once it hears of it.
 */
public final class UnknownSession extends SerializationException {

    private final @Nullable Identity sender;

    /** {@code sender} is who the bytes say wrote them, which is not proved; null if they do not say. */
    public UnknownSession(String message, @Nullable Identity sender) {
        super(message);
        this.sender = sender;
    }

    /** Who the bytes say wrote them, which is not proved; null if they do not say. */
    public @Nullable Identity sender() {
        return sender;
    }
}
