package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.jspecify.annotations.Nullable;

/**
 * What is signed for several packets together: what they have in common, and the digest of each. Encoded in DER:
 *
 * <pre>
 * SEQUENCE { version INTEGER (2), application UTF8String, from UTF8String, to SEQUENCE OF UTF8String,
 *            nonce OCTET STRING (16), issued INTEGER, contentType UTF8String, key OCTET STRING (32),
 *            digests OCTET STRING (32 for each packet), agreement OCTET STRING OPTIONAL }
 * </pre>
 *
 * The packet at an index, from 0, has the nonce plus the index and was issued so many microseconds later. What is digested of
 * it, and sealed with the key, is its <i>piece</i>: {@code expires:i64 · type-length:u8 · type · token-length:u8 · token ·
 * packet}.
 *
 * @param key that the pieces are sealed with
 * @param digests SHA-256 of each piece, behind each other
 * @param agreement what is said beside them about a session; null if that is nothing
 */
record SignedPack(
        String application,
        Identity from,
        List<String> to,
        SignedPacket.Nonce nonce,
        long issued,
        String contentType,
        Bytes key,
        Bytes digests,
        @Nullable Agreement agreement) {

    static final int DIGEST_BYTES = 32;

    private static final int VERSION = 2;
    private static final int PARTS = 9;
    private static final int KEY_BYTES = 32;

    SignedPack {
        to = List.copyOf(to);
    }

    /** What is signed of one packet alone. */
    record Piece(String type, String token, long expires, Bytes packet) {

        Bytes encoded() {
            return Bytes.of(encoded(0, 0));
        }

        /** With room in front and behind. */
        byte[] encoded(int before, int behind) {
            byte[] typeBytes = type.getBytes(StandardCharsets.UTF_8);
            byte[] tokenBytes = token.getBytes(StandardCharsets.UTF_8);
            int length = Long.BYTES + 2 + typeBytes.length + tokenBytes.length + packet.length();
            ByteBuffer out = ByteBuffer.allocate(before + length + behind).position(before);
            out.putLong(expires);
            out.put((byte) typeBytes.length).put(typeBytes);
            out.put((byte) tokenBytes.length).put(tokenBytes);
            out.put(packet.array(), packet.offset(), packet.length());
            return out.array();
        }

        /** Throws an unchecked exception if the bytes are something else. */
        static Piece decode(Bytes piece) {
            ByteBuffer in = ByteBuffer.wrap(piece.array(), piece.offset(), piece.length());
            long expires = in.getLong();
            String type = text(in);
            String token = text(in);
            return new Piece(type, token, expires, new Bytes(piece.array(), in.position(), in.remaining()));
        }

        private static String text(ByteBuffer in) {
            byte[] text = new byte[in.get() & 0xff];
            in.get(text);
            return new String(text, StandardCharsets.UTF_8);
        }
    }

    /** How many packets it is for. */
    int size() {
        return digests.length() / DIGEST_BYTES;
    }

    Bytes digest(int index) {
        return digests.slice(index * DIGEST_BYTES, DIGEST_BYTES);
    }

    /** One of the packets, as if it had been signed alone. */
    SignedPacket packet(int index, Piece piece) {
        return new SignedPacket(
                application,
                from,
                to,
                piece.type(),
                piece.token(),
                nonce.plus(index),
                issued + index,
                piece.expires(),
                contentType,
                piece.packet(),
                agreement);
    }

    byte[] encoded() throws IOException {
        ASN1EncodableVector names = new ASN1EncodableVector(to.size());
        to.forEach(name -> names.add(new DERUTF8String(name)));
        ASN1EncodableVector parts = new ASN1EncodableVector(PARTS + 1);
        parts.addAll(new ASN1Encodable[] {
            new ASN1Integer(VERSION),
            new DERUTF8String(application),
            new DERUTF8String(from.value()),
            new DERSequence(names),
            new DEROctetString(nonce.bytes()),
            new ASN1Integer(issued),
            new DERUTF8String(contentType),
            new DEROctetString(key.toArray()),
            new DEROctetString(digests.toArray())
        });
        if (agreement != null) {
            parts.add(new DEROctetString(agreement.encoded().toArray()));
        }
        return new DERSequence(parts).getEncoded(ASN1Encoding.DER);
    }

    /** Throws {@link IOException} or an unchecked exception if the bytes are something else. */
    static SignedPack decode(byte[] encoded) throws IOException {
        ASN1Sequence parts = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(encoded));
        if (parts.size() < PARTS || parts.size() > PARTS + 1 || number(parts, 0) != VERSION) {
            throw new IOException("signed pack of another version");
        }
        List<String> to = new ArrayList<>();
        for (ASN1Encodable name : ASN1Sequence.getInstance(parts.getObjectAt(3))) {
            to.add(ASN1UTF8String.getInstance(name).getString());
        }
        byte[] nonce = octets(parts, 4);
        byte[] key = octets(parts, 7);
        byte[] digests = octets(parts, 8);
        if (nonce.length != SignedPacket.Nonce.LENGTH
                || key.length != KEY_BYTES
                || digests.length == 0
                || digests.length % DIGEST_BYTES != 0) {
            throw new IOException("nonce, key or digests of another length");
        }
        return new SignedPack(
                text(parts, 1),
                new Identity(text(parts, 2)),
                to,
                SignedPacket.Nonce.of(nonce),
                number(parts, 5),
                text(parts, 6),
                Bytes.of(key),
                Bytes.of(digests),
                SignedPacket.agreement(parts, PARTS));
    }

    /** Does not show the key. */
    @Override
    public String toString() {
        return "pack of %d packets from %s to %s".formatted(size(), from, to);
    }

    private static String text(ASN1Sequence parts, int at) {
        return ASN1UTF8String.getInstance(parts.getObjectAt(at)).getString();
    }

    private static byte[] octets(ASN1Sequence parts, int at) {
        return ASN1OctetString.getInstance(parts.getObjectAt(at)).getOctets();
    }

    private static long number(ASN1Sequence parts, int at) {
        return ASN1Integer.getInstance(parts.getObjectAt(at)).longValueExact();
    }
}
