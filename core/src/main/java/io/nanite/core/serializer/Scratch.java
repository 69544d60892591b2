package io.nanite.core.serializer;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** One thread's room to write documents into, one after the other. Keeps its array, unless a document made it large. */
final class Scratch extends OutputStream {

    private static final int FIRST = 2_048;
    private static final int KEPT = 256 * 1024;

    private byte[] bytes = new byte[FIRST];
    private int length;
    private boolean taken;

    /** Empties it for a document; false if another one is being written, as when writing a value writes a packet. */
    boolean take() {
        if (taken) {
            return false;
        }
        taken = true;
        length = 0;
        return true;
    }

    void release() {
        taken = false;
        if (bytes.length > KEPT) {
            bytes = new byte[FIRST];
        }
    }

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    @Override
    public void write(int single) throws IOException {
        room(1);
        bytes[length++] = (byte) single;
    }

    @Override
    public void write(byte[] more, int offset, int count) throws IOException {
        room(count);
        System.arraycopy(more, offset, bytes, length, count);
        length += count;
    }

    private void room(int count) throws IOException {
        if (count > Limits.DOCUMENT - length) {
            throw new TooLong();
        }
        if (count > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
    }

    /** A document grew past the limit. */
    static final class TooLong extends IOException {

        TooLong() {
            super("document: more than %d bytes (expected: at most that)".formatted(Limits.DOCUMENT));
        }
    }
}
