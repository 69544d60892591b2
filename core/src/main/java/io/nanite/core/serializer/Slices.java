package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Payload;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

/**
 * Leaves payloads in the bytes of the document that is being read.
 *
 * @param document what is read
 * @param codec takes payloads apart when somebody asks
 * @param origin what the parser calls the document's first byte
 */
record Slices(Bytes document, Payload.Codec codec, long origin) implements PacketReader.Payloads {

    @Override
    public @Nullable Payload now(JsonParser in) {
        return null;
    }

    @Override
    public Payload later(long from, long nextToken) {
        int start = Math.toIntExact(from - origin);
        int end = Math.toIntExact(nextToken - origin);
        return Payload.encoded(document.slice(start, end - start), codec);
    }
}
