package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Questions about UTF-8 that every packet asks twice, so they take eight bytes at a time. */
final class Utf8 {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /** How many code points valid UTF-8 holds: its bytes without those that continue one. */
    static int codePoints(byte[] bytes, int from, int to) {
        int continuing = 0;
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long eight = (long) LONGS.get(bytes, at);
            long high = eight & HIGH_BITS;
            if (high != 0) {
                // Of each byte with the high bit, those whose next bit is not set: 10xxxxxx.
                continuing += Long.bitCount(high & ~(eight << 1));
            }
        }
        for (; at < to; at++) {
            if ((bytes[at] & 0xc0) == 0x80) {
                continuing++;
            }
        }
        return to - from - continuing;
    }

    /** The offset of the first byte that is not UTF-8 (RFC 3629: no surrogates, nothing overlong); -1 if all is. */
    static int firstInvalid(Bytes text) {
        byte[] bytes = text.array();
        int to = text.offset() + text.length();
        int at = text.offset();
        while (at < to) {
            if (at <= to - Long.BYTES && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
                at += Long.BYTES;
            } else {
                int length = bytes[at] >= 0 ? 1 : sequence(bytes, at, to);
                if (length == 0) {
                    return at - text.offset();
                }
                at += length;
            }
        }
        return -1;
    }

    /** How long the code point at an offset is that starts with a high bit; 0 if there is none. */
    private static int sequence(byte[] bytes, int at, int to) {
        int lead = bytes[at] & 0xff;
        int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (lead < 0xc2 || lead > 0xf4 || at + length > to) {
            return 0;
        }
        int second = bytes[at + 1] & 0xff;
        int lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < lowest || second > highest) {
            return 0;
        }
        for (int i = at + 2; i < at + length; i++) {
            if ((bytes[i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
