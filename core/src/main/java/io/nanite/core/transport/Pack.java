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
 *
 * <p>Packets that all begin with the same bytes carry these once: {@code version:u8 (2) · type-length:u8 · type:ASCII ·
 * head-length:u32 · head · { length:u32 · rest }+}; each packet is the head and its rest.
 */
public final class Pack {

    /** The media type of a pack. */
    public static final String CONTENT_TYPE = "application/vnd.nanite.pack";

    /** The most packets in one pack. */
    public static final int MOST_PACKETS = 64;

    /** The most bytes that packets may begin with together: whoever reads a pack writes them out for each packet. */
    public static final int MOST_HEAD_BYTES = 64 * 1024;

    private static final byte VERSION = 1;
    private static final byte VERSION_WITH_HEAD = 2;
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
            put(body, out);
        }
        return out.array();
    }

    /**
     * Writes packets that begin with the same bytes, these once; throws {@link IllegalArgumentException} if there are more
     * of these than {@link #MOST_HEAD_BYTES}.
     */
    public static byte[] write(String contentType, Bytes head, List<Bytes> rests) {
        if (head.length() < 1 || head.length() > MOST_HEAD_BYTES) {
            throw new IllegalArgumentException(
                    "head of a pack: %d bytes (expected: 1 to %d)".formatted(head.length(), MOST_HEAD_BYTES));
        }
        byte[] type = contentType.getBytes(StandardCharsets.US_ASCII);
        int size = 2 + type.length + LENGTH + head.length();
        for (Bytes rest : rests) {
            size += LENGTH + rest.length();
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.put(VERSION_WITH_HEAD).put((byte) type.length).put(type);
        put(head, out);
        rests.forEach(rest -> put(rest, out));
        return out.array();
    }

    private static void put(Bytes bytes, ByteBuffer out) {
        out.putInt(bytes.length()).put(bytes.array(), bytes.offset(), bytes.length());
    }

    /** A pack taken apart. */
    public record Contents(String contentType, List<Bytes> bodies) {

        public Contents {
            bodies = List.copyOf(bodies);
        }
    }

    /** Takes a pack apart, without copying unless packets begin together. Throws {@link Unreadable} if it is none. */
    public static Contents read(byte[] pack) {
        if (pack.length < 2 || (pack[0] != VERSION && pack[0] != VERSION_WITH_HEAD)) {
            throw unreadable(
                    "%d bytes that do not start with %d or %d".formatted(pack.length, VERSION, VERSION_WITH_HEAD),
                    null);
        }
        int at = 2 + (pack[1] & 0xff);
        if (at > pack.length) {
            throw unreadable("cut off in its media type", null);
        }
        String contentType = new String(pack, 2, at - 2, StandardCharsets.US_ASCII);
        ByteBuffer in = ByteBuffer.wrap(pack);
        Bytes head = null;
        if (pack[0] == VERSION_WITH_HEAD) {
            head = head(pack, in, at);
            at = head.offset() + head.length();
        }
        List<Bytes> bodies = new ArrayList<>(MOST_PACKETS);
        while (at < pack.length) {
            int length = at + LENGTH <= pack.length ? in.getInt(at) : -1;
            at += LENGTH;
            if (length < 1 || length > pack.length - at || bodies.size() == MOST_PACKETS) {
                throw unreadable("packet %d says it is %d bytes long".formatted(bodies.size() + 1, length), null);
            }
            Bytes body = new Bytes(pack, at, length);
            bodies.add(head == null ? body : joined(head, body));
            at += length;
        }
        if (bodies.isEmpty()) {
            throw unreadable("no packet in it", null);
        }
        return new Contents(contentType, bodies);
    }

    private static Bytes head(byte[] pack, ByteBuffer in, int at) {
        int length = at + LENGTH <= pack.length ? in.getInt(at) : -1;
        if (length < 1 || length > MOST_HEAD_BYTES || length > pack.length - at - LENGTH) {
            throw unreadable("says that its packets begin with %d bytes".formatted(length), null);
        }
        return new Bytes(pack, at + LENGTH, length);
    }

    private static Bytes joined(Bytes head, Bytes rest) {
        byte[] both = new byte[head.length() + rest.length()];
        System.arraycopy(head.array(), head.offset(), both, 0, head.length());
        System.arraycopy(rest.array(), rest.offset(), both, head.length(), rest.length());
        return Bytes.of(both);
    }

    private static Unreadable unreadable(String what, @Nullable Throwable cause) {
        return new Unreadable(
                "pack: %s (expected: 1 to %d packets behind their lengths)".formatted(what, MOST_PACKETS), cause);
    }
}
