package io.nanite.faultkit;

import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes deliveries out of what an AMQP 0-9-1 server sends on one connection. Everything else goes through, so that to the
 * client the server is well and has forgotten its consumers. See section 4.2 of the specification for what a frame is.
 */
final class AmqpDeliveries {

    /** Kind, channel and length. */
    private static final int HEAD = 7;

    private static final int METHOD = 1;
    private static final int OPEN_OK = (20 << 16) | 11;
    private static final int DELIVER = (60 << 16) | 60;

    private final ByteArrayOutputStream through = new ByteArrayOutputStream();

    /** Channels in the middle of a delivery that is taken out. */
    private final Set<Integer> taken = new HashSet<>();

    /** Channels that were opened since the consumers were forgotten. */
    private final Set<Integer> fresh = new HashSet<>();

    private byte[] rest = new byte[0];
    private boolean forgets;
    private boolean forgetsFresh;

    /** From now on nothing is delivered on the channels that are open; with {@code forGood} on no other either. */
    synchronized void forget(boolean forGood) {
        forgets = true;
        forgetsFresh = forGood;
        fresh.clear();
    }

    /** What of these bytes, and of those before that were part of a frame, goes through. */
    synchronized byte[] filter(byte[] batch, int length) {
        byte[] bytes = new byte[rest.length + length];
        System.arraycopy(rest, 0, bytes, 0, rest.length);
        System.arraycopy(batch, 0, bytes, rest.length, length);
        int at = 0;
        while (bytes.length - at >= HEAD && bytes.length - at > HEAD + number(bytes, at + 3, 4)) {
            int whole = HEAD + number(bytes, at + 3, 4) + 1;
            if (passes(bytes[at], number(bytes, at + 1, 2), bytes, at + HEAD)) {
                through.write(bytes, at, whole);
            }
            at += whole;
        }
        rest = new byte[bytes.length - at];
        System.arraycopy(bytes, at, rest, 0, rest.length);
        byte[] passed = through.toByteArray();
        through.reset();
        return passed;
    }

    private boolean passes(int kind, int channel, byte[] bytes, int at) {
        if (kind != METHOD) {
            return !taken.contains(channel); // content, of the method before it
        }
        taken.remove(channel);
        int method = number(bytes, at, 4);
        if (method == OPEN_OK) {
            fresh.add(channel);
        }
        if (method == DELIVER && forgets && (forgetsFresh || !fresh.contains(channel))) {
            taken.add(channel);
            return false;
        }
        return true;
    }

    private static int number(byte[] bytes, int at, int length) {
        int number = 0;
        for (int i = 0; i < length; i++) {
            number = (number << 8) | (bytes[at + i] & 0xff);
        }
        return number;
    }
}
