package io.nanite.core.packet;

import io.nanite.core.Bytes;
import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a caller sends and an actor returns: any value that JSON can say.
 *
 * <p>A payload that arrived stays in its bytes until somebody asks for it, so that what is only passed on is never taken
 * apart. Immutable as long as the value given to {@link #of} is; safe for use by many threads.
 */
public final class Payload {

    /** Takes encoded payloads apart. The serializer that read the packet is its payload's codec. */
    public interface Codec {

        /** The media type of the encoded form. */
        String contentType();

        /** The value as plain data: text, numbers, booleans, null, lists, and maps with text keys. */
        @Nullable
        Object decode(Bytes encoded);

        /** The value as the given type; throws {@link io.nanite.core.NaniteException} if it is none. */
        @Nullable
        Object decode(Bytes encoded, Type type);
    }

    private static final Payload NOTHING = new Payload(null, null, null);

    private final @Nullable Object value;
    private final @Nullable Bytes encoded;
    private final @Nullable Codec codec;

    private Payload(@Nullable Object value, @Nullable Bytes encoded, @Nullable Codec codec) {
        this.value = value;
        this.encoded = encoded;
        this.codec = codec;
    }

    /** A value to be written: plain data, or a record or bean that the serializer can write. */
    public static Payload of(@Nullable Object value) {
        return value == null ? NOTHING : new Payload(value, null, null);
    }

    /** A value that arrived, and what can read it. */
    public static Payload encoded(Bytes encoded, Codec codec) {
        return new Payload(null, encoded, codec);
    }

    /** No value: {@code null}. */
    public static Payload nothing() {
        return NOTHING;
    }

    /** The value as plain data if it arrived, as it was given if it did not. */
    public @Nullable Object value() {
        return encoded == null || codec == null ? value : codec.decode(encoded);
    }

    /** The bytes that arrived, if they are of this media type; null if the value must be written. */
    public @Nullable Bytes encodedAs(String contentType) {
        return codec != null && codec.contentType().equals(contentType) ? encoded : null;
    }

    /** The value that arrived as the given type; null if it has to be converted from {@link #value}. */
    public @Nullable Decoded decodedAs(Type type) {
        return encoded == null || codec == null ? null : new Decoded(codec.decode(encoded, type));
    }

    /** A value that was decoded, null included. */
    public record Decoded(@Nullable Object value) {}

    /** Two payloads are equal if their values are. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Payload that && Objects.deepEquals(value(), that.value());
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(value());
    }

    /** Never the value: payloads are not for logs. */
    @Override
    public String toString() {
        return encoded == null ? "payload" : "payload of " + encoded;
    }
}
