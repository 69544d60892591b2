package io.nanite.core.serializer;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Identity;
import org.jspecify.annotations.Nullable;

/** Bytes that are not a packet, or a packet that cannot be bytes. */
public final class SerializationException extends NaniteException {

    private final @Nullable String reason;
    private final boolean unknownSession;
    private final @Nullable Identity sender;

    public SerializationException(String message) {
        super(message);
        reason = null;
        unknownSession = false;
        sender = null;
    }

    public SerializationException(String message, Throwable cause) {
        super(message, cause);
        reason = null;
        unknownSession = false;
        sender = null;
    }

    private SerializationException(
            String message, @Nullable String reason, boolean unknownSession, @Nullable Identity sender) {
        super(message);
        this.reason = reason;
        this.unknownSession = unknownSession;
        this.sender = sender;
    }

    /** One whose message says the same whatever was wrong, since others may see it; the reason stays on this side. */
    public static SerializationException refused(String message, String reason) {
        return new SerializationException(message, reason, false, null);
    }

    /**
     * Bytes of a session that this process does not have, or not any more. Nobody can read them, and nobody need keep them:
     * whoever wrote them waits for an answer, and writes again what has none once it hears of it.
     *
     * @param sender who the bytes say wrote them, which is not proved; null if they do not say
     */
    public static SerializationException ofUnknownSession(String message, @Nullable Identity sender) {
        return new SerializationException(message, null, true, sender);
    }

    /** Why it was refused, in a word; null where the message says it. Not for whoever sent it. */
    public @Nullable String reason() {
        return reason;
    }

    /** Whether these are bytes of a session that this process does not have. */
    public boolean isOfUnknownSession() {
        return unknownSession;
    }

    /** Who the bytes of an unknown session say wrote them, which is not proved; null if they do not say. */
    public @Nullable Identity sender() {
        return sender;
    }
}
