package io.nanite.core.transport;

import io.nanite.core.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several packets in one message, because a broker works per message: each packet behind its length.
 *
 * <p>{@code pack = version:u8 (1) · type-length:u8 · type:ASCII · { length:u32 big-endian · packet }+}. All packets of a
 * pack have the media type that stands in front. Empty packs and empty packets do not exist.
 */
public final class Pack {

    /** The media type of a pack. */
    public static final String CONTENT_TYPE = "application/vnd.nanite.pack";

    /** The most packets in one pack. */
    public static final int MOST_PACKETS = 64;

    private static final byte VERSION = 1;
    private static final int LENGTH = 4;

    private Pack() {}

    /** Writes the bodies behind each other; they all have the given media type. */
    public static byte[] write(String contentType, List<Bytes> bodies) {
        byte[] type = contentType.getBytes(StandardCharsets.US_ASCII);
        int size = 2 + type.length;
        for (Bytes body : bodies) {
            size += LENGTH + body.length();
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.put(VERSION).put((byte) type.length).put(type);
        for (Bytes body : bodies) {
            out.putInt(body.length()).put(body.array(), body.offset(), body.length());
        }
        return out.array();
    }

    /** A pack taken apart. */
    public record Contents(String contentType, List<Bytes> bodies) {

        public Contents {
            bodies = List.copyOf(bodies);
        }
    }

    /** Takes a pack apart without copying. Throws {@link Unreadable} if it is none. */
    public static Contents read(byte[] pack) {
        if (pack.length < 2 || pack[0] != VERSION) {
            throw unreadable("%d bytes that do not start with %d".formatted(pack.length, VERSION), null);
        }
        int at = 2 + (pack[1] & 0xff);
        if (at > pack.length) {
            throw unreadable("cut off in its media type", null);
        }
        String contentType = new String(pack, 2, at - 2, StandardCharsets.US_ASCII);
        ByteBuffer in = ByteBuffer.wrap(pack);
        List<Bytes> bodies = new ArrayList<>(MOST_PACKETS);
        while (at < pack.length) {
            int length = at + LENGTH <= pack.length ? in.getInt(at) : -1;
            at += LENGTH;
            if (length < 1 || length > pack.length - at || bodies.size() == MOST_PACKETS) {
                throw unreadable("packet %d says it is %d bytes long".formatted(bodies.size() + 1, length), null);
            }
            bodies.add(new Bytes(pack, at, length));
            at += length;
        }
        if (bodies.isEmpty()) {
            throw unreadable("no packet in it", null);
        }
        return new Contents(contentType, bodies);
    }

    private static Unreadable unreadable(String what, @Nullable Throwable cause) {
        return new Unreadable(
                "pack: %s (expected: 1 to %d packets behind their lengths)".formatted(what, MOST_PACKETS), cause);
    }
}
