package io.nanite.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A run of bytes inside an array. The one piece of data here that does not copy what it is given: a packet may be a slice
 * of a message that holds many. Nobody writes into the array once it is wrapped.
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and toString below look at the run, not at the array
public record Bytes(byte[] array, int offset, int length) {

    /** Checks the run against the array; throws {@link IndexOutOfBoundsException} if it does not fit. */
    public Bytes {
        Objects.checkFromIndexSize(offset, length, array.length);
    }

    /** The whole array. */
    public static Bytes of(byte[] array) {
        return new Bytes(array, 0, array.length);
    }

    /** The text in UTF-8. */
    public static Bytes of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A part of this run; {@code from} counts from its start. */
    public Bytes slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, length);
        return new Bytes(array, offset + from, count);
    }

    /** An array of exactly these bytes: the array itself where it holds nothing else, a copy otherwise. */
    public byte[] toArray() {
        return offset == 0 && length == array.length ? array : Arrays.copyOfRange(array, offset, offset + length);
    }

    /** These bytes as UTF-8 text. */
    public String utf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return length + " bytes";
    }
}
