package io.nanite.core.serializer;

import io.nanite.core.NaniteException;

/** Bytes that are not a packet, or a packet that cannot be bytes. */
public class SerializationException extends NaniteException {

    public SerializationException(String message) {
        super(message);
    }

    public SerializationException(String message, Throwable cause) {
        super(message, cause);
    }
}
