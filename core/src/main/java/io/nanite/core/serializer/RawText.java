package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import tools.jackson.core.SerializableString;

/** Bytes that are JSON already, for a generator that copies them into its buffer without looking. */
record RawText(Bytes bytes) implements SerializableString {

    private static final int DOES_NOT_FIT = -1;

    @Override
    public int appendUnquotedUTF8(byte[] buffer, int offset) {
        if (bytes.length() > buffer.length - offset) {
            return DOES_NOT_FIT;
        }
        System.arraycopy(bytes.array(), bytes.offset(), buffer, offset, bytes.length());
        return bytes.length();
    }

    @Override
    public byte[] asUnquotedUTF8() {
        return bytes.toArray();
    }

    @Override
    public int writeUnquotedUTF8(OutputStream out) throws IOException {
        out.write(bytes.array(), bytes.offset(), bytes.length());
        return bytes.length();
    }

    @Override
    public int putUnquotedUTF8(ByteBuffer out) {
        if (out.remaining() < bytes.length()) {
            return DOES_NOT_FIT;
        }
        out.put(bytes.array(), bytes.offset(), bytes.length());
        return bytes.length();
    }

    @Override
    public String getValue() {
        return bytes.utf8();
    }

    @Override
    public int charLength() {
        return getValue().length();
    }

    @Override
    public int appendUnquoted(char[] buffer, int offset) {
        String text = getValue();
        if (text.length() > buffer.length - offset) {
            return DOES_NOT_FIT;
        }
        text.getChars(0, text.length(), buffer, offset);
        return text.length();
    }

    @Override
    public char[] asQuotedChars() {
        throw unquotable();
    }

    @Override
    public byte[] asQuotedUTF8() {
        throw unquotable();
    }

    @Override
    public int appendQuotedUTF8(byte[] buffer, int offset) {
        throw unquotable();
    }

    @Override
    public int appendQuoted(char[] buffer, int offset) {
        throw unquotable();
    }

    @Override
    public int writeQuotedUTF8(OutputStream out) {
        throw unquotable();
    }

    @Override
    public int putQuotedUTF8(ByteBuffer buffer) {
        throw unquotable();
    }

    private static UnsupportedOperationException unquotable() {
        return new UnsupportedOperationException("raw JSON is not a text inside JSON");
    }
}
