package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import java.lang.reflect.Type;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes one format and reads those on a list: the media type of a message decides which, and what is not on the list is
 * never looked at. Safe for use by many threads.
 */
public final class Formats implements Serializer {

    private final Serializer writing;
    private final List<Serializer> reading;

    /** {@code reading} need not contain {@code writing}; of several that read a media type the first does. */
    public Formats(Serializer writing, List<Serializer> reading) {
        this.writing = writing;
        this.reading = List.copyOf(reading);
    }

    /** Writes JSON, which every agent reads; reads JSON and Smile. */
    public static Formats json() {
        JsonSerializer json = new JsonSerializer();
        return new Formats(json, List.of(json, new SmileSerializer()));
    }

    /** Writes Smile, the compact form, for a fabric of our own; reads Smile and JSON. */
    public static Formats smile() {
        SmileSerializer smile = new SmileSerializer();
        return new Formats(smile, List.of(smile, new JsonSerializer()));
    }

    @Override
    public String contentType() {
        return writing.contentType();
    }

    @Override
    public boolean reads(@Nullable String contentType) {
        return readerOf(contentType) != null;
    }

    @Override
    public byte[] write(Packet packet, Recipient recipient) {
        return writing.write(packet, recipient);
    }

    @Override
    public Draft draft(Packet packet, Recipient recipient) {
        return writing.draft(packet, recipient);
    }

    @Override
    public Packet read(Bytes bytes, @Nullable String contentType) {
        Serializer reader = readerOf(contentType);
        if (reader == null) {
            throw Refusals.unknownMediaType(
                    contentType, reading.stream().map(Serializer::contentType).collect(Collectors.joining(" or ")));
        }
        return reader.read(bytes, contentType);
    }

    private @Nullable Serializer readerOf(@Nullable String contentType) {
        for (Serializer each : reading) {
            if (each.reads(contentType)) {
                return each;
            }
        }
        return null;
    }

    /** By the format that the payload came in, or by the one that is written. */
    @Override
    public @Nullable Object convert(Payload payload, Type type) {
        return writing.convert(payload, type);
    }

    @Override
    public void forgetClasses() {
        writing.forgetClasses();
        reading.forEach(Serializer::forgetClasses);
    }
}
