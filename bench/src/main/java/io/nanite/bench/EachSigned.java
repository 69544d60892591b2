package io.nanite.bench;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.Serializer;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Finishes each packet by itself, so that packs are of packets that were signed one by one. */
record EachSigned(Serializer inner) implements Serializer {

    @Override
    public String contentType() {
        return inner.contentType();
    }

    @Override
    public boolean reads(@Nullable String contentType) {
        return inner.reads(contentType);
    }

    @Override
    public byte[] write(Packet packet, Recipient recipient) {
        return inner.write(packet, recipient);
    }

    @Override
    public Packet read(Bytes bytes, @Nullable String contentType) {
        return inner.read(bytes, contentType);
    }

    @Override
    public @Nullable Object convert(Payload payload, Type type) {
        return inner.convert(payload, type);
    }
}
