package io.nanite.secure;

import io.nanite.core.Bytes;
import java.nio.ByteBuffer;

/**
 * What two members say to agree on a session, inside of what they sign and seal: {@code kind:u8 · point(65)}, and of an answer
 * {@code · point(65)}. A point is a key for this exchange alone, on P-256, uncompressed.
 */
sealed interface Agreement {

    byte OFFER = 1;
    byte ANSWER = 2;

    /** A mapper wants a session with the agent that reads this. */
    record Offer(Bytes point) implements Agreement {}

    /** An agent agrees: the session is of both points. */
    record Answer(Bytes offered, Bytes point) implements Agreement {}

    default Bytes encoded() {
        if (this instanceof Offer offer) {
            return encoded(OFFER, offer.point());
        }
        Answer answer = (Answer) this;
        return encoded(ANSWER, answer.offered(), answer.point());
    }

    private static Bytes encoded(byte kind, Bytes... points) {
        ByteBuffer out =
                ByteBuffer.allocate(1 + points.length * P256.POINT_BYTES).put(kind);
        for (Bytes point : points) {
            out.put(point.array(), point.offset(), point.length());
        }
        return Bytes.of(out.array());
    }

    /** Throws an unchecked exception if the bytes are something else. */
    static Agreement decode(Bytes encoded) {
        byte kind = encoded.length() == 0 ? 0 : encoded.array()[encoded.offset()];
        int points = kind == OFFER ? 1 : kind == ANSWER ? 2 : 0;
        if (points == 0 || encoded.length() != 1 + points * P256.POINT_BYTES) {
            throw new IllegalArgumentException("agreement: neither an offer nor an answer");
        }
        Bytes first = encoded.slice(1, P256.POINT_BYTES);
        return points == 1
                ? new Offer(first)
                : new Answer(first, encoded.slice(1 + P256.POINT_BYTES, P256.POINT_BYTES));
    }
}
