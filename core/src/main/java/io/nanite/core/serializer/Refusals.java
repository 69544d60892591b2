package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Printable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * The one place where whatever goes wrong inside becomes a sentence that does not quote what was read.
 *
 * @param format what the bytes should have been
 */
record Refusals(String format) {

    void checkMediaType(Serializer serializer, @Nullable String contentType) {
        if (!serializer.reads(contentType)) {
            throw unknownMediaType(contentType, serializer.contentType());
        }
    }

    static SerializationException unknownMediaType(@Nullable String contentType, String expected) {
        return new SerializationException("content type: %s (expected: %s)"
                .formatted(contentType == null ? "none" : Printable.of(contentType), expected));
    }

    static void checkLength(Bytes bytes) {
        if (bytes.length() > Limits.DOCUMENT) {
            throw tooLong(bytes.length());
        }
    }

    static SerializationException tooLong(int length) {
        return new SerializationException(
                "document: %d bytes (expected: at most %d)".formatted(length, Limits.DOCUMENT));
    }

    SerializationException ofReading(RuntimeException e) {
        if (e instanceof SerializationException known) {
            return known;
        }
        if (e instanceof StreamConstraintsException constraints) {
            return new SerializationException("document: %s (expected: %s within the limits)"
                    .formatted(constraints.getOriginalMessage(), format));
        }
        if (e instanceof JacksonException jackson) {
            TokenStreamLocation at = jackson.getLocation();
            return new SerializationException("document: wrong at byte %d (expected: one document in %s)"
                    .formatted(at == null ? -1 : at.getByteOffset(), format));
        }
        if (e instanceof IllegalArgumentException) {
            // A value that refused to be: its own sentence says which, what it was and what it should have been.
            return new SerializationException(Objects.toString(e.getMessage(), "document: refused"), e);
        }
        return new SerializationException("document: not readable (expected: one document in %s)".formatted(format), e);
    }

    SerializationException ofWriting(Packet packet, RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SerializationException known) {
                return known;
            }
            if (cause instanceof Scratch.TooLong tooLong) {
                return new SerializationException(
                        Objects.toString(tooLong.getMessage(), "document: too long"), tooLong);
            }
        }
        return new SerializationException(
                "%s: cannot be written (expected: a payload that %s can say)"
                        .formatted(packet.getClass().getSimpleName(), format),
                e);
    }
}
