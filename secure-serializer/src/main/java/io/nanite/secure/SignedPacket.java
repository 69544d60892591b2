package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
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
 * What is signed: a packet, and who says it to whom, when and for how long. Encoded in DER:
 *
 * <pre>
 * SEQUENCE { version INTEGER (1), application UTF8String, from UTF8String, to SEQUENCE OF UTF8String,
 *            type UTF8String, token UTF8String, nonce OCTET STRING (16), issued INTEGER, expires INTEGER,
 *            contentType UTF8String, packet OCTET STRING, agreement OCTET STRING OPTIONAL }
 * </pre>
 *
 * @param to identities, or {@link #EVERY_MAPPER} or {@link #EVERY_AGENT}
 * @param type which kind of packet it is
 * @param token of the packet; empty if it has none
 * @param issued microseconds since the epoch, growing with each packet of its sender
 * @param expires microseconds since the epoch
 * @param contentType of the packet
 * @param agreement what is said beside it about a session; null if that is nothing
 */
record SignedPacket(
        String application,
        Identity from,
        List<String> to,
        String type,
        String token,
        Nonce nonce,
        long issued,
        long expires,
        String contentType,
        Bytes packet,
        @Nullable Agreement agreement) {

    static final String EVERY_MAPPER = "mapper-*";
    static final String EVERY_AGENT = "nanite-*";

    private static final int VERSION = 1;
    private static final int PARTS = 11;

    SignedPacket {
        to = List.copyOf(to);
    }

    /** Nothing about a session. */
    SignedPacket(
            String application,
            Identity from,
            List<String> to,
            String type,
            String token,
            Nonce nonce,
            long issued,
            long expires,
            String contentType,
            Bytes packet) {
        this(application, from, to, type, token, nonce, issued, expires, contentType, packet, null);
    }

    /** 128 random bits. */
    record Nonce(long high, long low) {

        static final int LENGTH = 16;

        static Nonce of(byte[] bytes) {
            return new Nonce(
                    new BigInteger(bytes, 0, LENGTH / 2).longValueExact(),
                    new BigInteger(bytes, LENGTH / 2, LENGTH / 2).longValueExact());
        }

        /** That of a packet so far behind the first of its pack. */
        Nonce plus(int index) {
            return new Nonce(high, low + index);
        }

        byte[] bytes() {
            byte[] bytes = new byte[LENGTH];
            for (int i = 0; i < LENGTH / 2; i++) {
                int shift = 56 - 8 * i;
                bytes[i] = (byte) (high >> shift);
                bytes[i + LENGTH / 2] = (byte) (low >> shift);
            }
            return bytes;
        }
    }

    /** Whether a member of this name is among those that it is for. */
    boolean isFor(Identity reader) {
        return to.contains(reader.value()) || to.contains(reader.isMapper() ? EVERY_MAPPER : EVERY_AGENT);
    }

    Instant issuedAt() {
        return instant(issued);
    }

    Instant expiresAt() {
        return instant(expires);
    }

    static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }

    static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
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
            new DERUTF8String(type),
            new DERUTF8String(token),
            new DEROctetString(nonce.bytes()),
            new ASN1Integer(issued),
            new ASN1Integer(expires),
            new DERUTF8String(contentType),
            new DEROctetString(packet.toArray())
        });
        if (agreement != null) {
            parts.add(new DEROctetString(agreement.encoded().toArray()));
        }
        return new DERSequence(parts).getEncoded(ASN1Encoding.DER);
    }

    /** Throws {@link IOException} or an unchecked exception if the bytes are something else. */
    static SignedPacket decode(byte[] encoded) throws IOException {
        ASN1Sequence parts = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(encoded));
        if (parts.size() < PARTS || parts.size() > PARTS + 1 || number(parts, 0) != VERSION) {
            throw new IOException("signed packet of another version");
        }
        List<String> to = new ArrayList<>();
        for (ASN1Encodable name : ASN1Sequence.getInstance(parts.getObjectAt(3))) {
            to.add(ASN1UTF8String.getInstance(name).getString());
        }
        byte[] nonce = ASN1OctetString.getInstance(parts.getObjectAt(6)).getOctets();
        if (nonce.length != Nonce.LENGTH) {
            throw new IOException("nonce of another length");
        }
        return new SignedPacket(
                text(parts, 1),
                new Identity(text(parts, 2)),
                to,
                text(parts, 4),
                text(parts, 5),
                Nonce.of(nonce),
                number(parts, 7),
                number(parts, 8),
                text(parts, 9),
                Bytes.of(ASN1OctetString.getInstance(parts.getObjectAt(10)).getOctets()),
                agreement(parts, PARTS));
    }

    /** What stands at the end, if it does. */
    static @Nullable Agreement agreement(ASN1Sequence parts, int at) {
        return parts.size() == at
                ? null
                : Agreement.decode(Bytes.of(
                        ASN1OctetString.getInstance(parts.getObjectAt(at)).getOctets()));
    }

    private static String text(ASN1Sequence parts, int at) {
        return ASN1UTF8String.getInstance(parts.getObjectAt(at)).getString();
    }

    private static long number(ASN1Sequence parts, int at) {
        return ASN1Integer.getInstance(parts.getObjectAt(at)).longValueExact();
    }
}
