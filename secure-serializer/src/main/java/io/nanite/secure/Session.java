package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys that a mapper and an agent have agreed on, one for each direction. Safe for use by many threads.
 *
 * <p>{@code envelope = version:u8 (1) · session(16) · counter:u64 · from-length:u8 · from · sealed}. Sealed, with AES-256-GCM and the
 * counter as the nonce, is {@code type-length:u8 · media type · piece}, with a piece as in a {@link SignedPack}; authenticated with
 * it is all that stands in front, the application and the reader.
 */
final class Session {

    static final String CONTENT_TYPE = "application/vnd.nanite.secure-session";

    private static final byte VERSION = 1;
    private static final int ID_BYTES = 16;
    private static final int KEY_BYTES = Aes.KEY_BYTES;
    private static final int TAG_BYTES = Aes.TAG_BYTES;
    private static final int FROM = 1 + ID_BYTES + Long.BYTES;

    /** Names a session: it is made of the keys, so two have different ones. */
    record Id(long high, long low) {}

    /** Who talks: the same for both sides. */
    record Parties(
            String application,
            Identity mapper,
            Identity agent,
            Bytes mapperCertificate,
            Bytes agentCertificate,
            Bytes offered,
            Bytes answered) {

        /** Each behind its length, so that no two say the same. */
        byte[] encoded() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (Bytes part : new Bytes[] {
                Bytes.of("nanite session 1"),
                Bytes.of(application),
                Bytes.of(mapper.value()),
                Bytes.of(agent.value()),
                mapperCertificate,
                agentCertificate,
                offered,
                answered
            }) {
                out.write(part.length());
                out.write(part.array(), part.offset(), part.length());
            }
            return out.toByteArray();
        }
    }

    /** What an envelope says in front; nobody has vouched for it. */
    record Front(Id id, long counter, String from, Bytes authenticated, Bytes sealed) {}

    final Id id;
    final Identity peer;
    final X509Certificate peersCertificate;
    final X509Certificate ownCertificate;

    /** By {@link io.nanite.core.loop.TimeSource#nanos}. */
    final long since;

    private final Identity self;
    private final SessionKey sending;
    private final SessionKey receiving;

    /** All that stands in front of a counter, and what stands behind it. */
    private final byte[] head;

    private final byte[] name;
    private final AtomicLong counter = new AtomicLong();
    private final ReplayWindow received = new ReplayWindow();
    private volatile boolean heard;

    private Session(
            Parties parties,
            Id id,
            SecretKey sending,
            SecretKey receiving,
            Identity self,
            X509Certificate ownCertificate,
            X509Certificate peersCertificate,
            long since) {
        this.id = id;
        this.self = self;
        this.peer = self.equals(parties.mapper()) ? parties.agent() : parties.mapper();
        this.sending = new SessionKey(sending, reader(parties.application(), peer));
        this.receiving = new SessionKey(receiving, reader(parties.application(), self));
        this.head = ByteBuffer.allocate(1 + ID_BYTES)
                .put(VERSION)
                .putLong(id.high())
                .putLong(id.low())
                .array();
        this.name = self.value().getBytes(StandardCharsets.US_ASCII);
        this.ownCertificate = ownCertificate;
        this.peersCertificate = peersCertificate;
        this.since = since;
    }

    private static byte[] reader(String application, Identity reader) {
        return (application + ' ' + reader).getBytes(StandardCharsets.US_ASCII);
    }

    /** HKDF (RFC 5869) with SHA-256 over the secret, which is overwritten. */
    static Session of(
            byte[] secret,
            Parties parties,
            Identity self,
            X509Certificate ownCertificate,
            X509Certificate peersCertificate,
            long since)
            throws GeneralSecurityException {
        byte[] keys = expanded(secret, parties.encoded(), ID_BYTES + 2 * KEY_BYTES);
        Arrays.fill(secret, (byte) 0);
        ByteBuffer in = ByteBuffer.wrap(keys);
        Id id = new Id(in.getLong(), in.getLong());
        SecretKey toAgent = new SecretKeySpec(keys, ID_BYTES, KEY_BYTES, "AES");
        SecretKey toMapper = new SecretKeySpec(keys, ID_BYTES + KEY_BYTES, KEY_BYTES, "AES");
        Arrays.fill(keys, (byte) 0);
        boolean mapper = self.equals(parties.mapper());
        return new Session(
                parties,
                id,
                mapper ? toAgent : toMapper,
                mapper ? toMapper : toAgent,
                self,
                ownCertificate,
                peersCertificate,
                since);
    }

    private static byte[] expanded(byte[] secret, byte[] info, int length) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(new byte[KEY_BYTES], "HmacSHA256")); // no salt: the secret is new each time
        byte[] extracted = mac.doFinal(secret);
        mac.init(new SecretKeySpec(extracted, "HmacSHA256"));
        Arrays.fill(extracted, (byte) 0);
        ByteBuffer out = ByteBuffer.allocate(length);
        byte[] block = new byte[0];
        for (byte number = 1; out.hasRemaining(); number++) {
            mac.update(block);
            mac.update(info);
            mac.update(number);
            block = mac.doFinal();
            out.put(block, 0, Math.min(block.length, out.remaining()));
        }
        return out.array();
    }

    /** How many packets were sealed here. */
    long sent() {
        return counter.get();
    }

    /** Whether the peer has shown that it has the keys. */
    boolean isHeard() {
        return heard;
    }

    byte[] seal(String contentType, SignedPack.Piece piece) throws GeneralSecurityException {
        byte[] type = contentType.getBytes(StandardCharsets.US_ASCII);
        int front = FROM + 1 + name.length;
        byte[] envelope = piece.encoded(front + 1 + type.length, TAG_BYTES);
        long number = counter.getAndIncrement();
        ByteBuffer out = ByteBuffer.wrap(envelope);
        out.put(head).putLong(number);
        out.put((byte) name.length).put(name);
        out.put((byte) type.length).put(type);
        sending.seal(number, envelope, front);
        return envelope;
    }

    /** Throws an unchecked exception if the bytes are something else. */
    static Front parse(Bytes envelope) {
        ByteBuffer in = ByteBuffer.wrap(envelope.array(), envelope.offset(), envelope.length());
        if (in.get() != VERSION) {
            throw new IllegalArgumentException("session envelope of another version");
        }
        Id id = new Id(in.getLong(), in.getLong());
        long counter = in.getLong();
        byte[] from = new byte[in.get() & 0xff];
        in.get(from);
        int front = FROM + 1 + from.length;
        if (counter < 0 || envelope.length() - front <= TAG_BYTES) {
            throw new IllegalArgumentException("session envelope: cut off, or a counter below zero");
        }
        return new Front(
                id,
                counter,
                new String(from, StandardCharsets.US_ASCII),
                envelope.slice(0, front),
                envelope.slice(front, envelope.length() - front));
    }

    /** What was sealed: by the peer, or, if {@code own}, here. Throws if it was changed, or is for another. */
    Opened open(Front front, boolean own) throws GeneralSecurityException {
        byte[] opened = (own ? sending : receiving).open(front.counter(), front.authenticated(), front.sealed(), own);
        int type = opened[0] & 0xff;
        return new Opened(
                new String(opened, 1, type, StandardCharsets.US_ASCII),
                SignedPack.Piece.decode(new Bytes(opened, 1 + type, opened.length - 1 - type)));
    }

    /** A packet, its media type, and what was said about it. */
    record Opened(String contentType, SignedPack.Piece piece) {}

    /** Whether this was seen before; it is from now on. */
    ReplayWindow.Verdict note(long number) {
        if (!heard) {
            heard = true;
        }
        return received.note(number);
    }

    /** Does not show the keys. */
    @Override
    public String toString() {
        return "session of %s with %s".formatted(self, peer);
    }
}
