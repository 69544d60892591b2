package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.serializer.Draft;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.serializer.Wrapper;
import io.nanite.core.transport.Pack;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Signs what the inner serializer writes, and encrypts it for whoever shall read it. Safe for use by many threads. */
final class EnvelopeWriter {

    private static final Bytes NOTHING = Bytes.of("");

    private final Serializer inner;
    private final SecureConfig config;
    private final Keyring keyring;
    private final PacketRules rules;
    private final TimeSource time;
    private final SecureRandom random;
    private final Signing signing;
    private final Sealing sealing;
    private final @Nullable Sessions sessions;
    private final AtomicLong lastIssued = new AtomicLong();

    EnvelopeWriter(
            Serializer inner,
            SecureConfig config,
            Keyring keyring,
            PacketRules rules,
            TimeSource time,
            SecureRandom random,
            Signing signing,
            Sealing sealing,
            @Nullable Sessions sessions) {
        this.inner = inner;
        this.config = config;
        this.keyring = keyring;
        this.rules = rules;
        this.time = time;
        this.random = random;
        this.signing = signing;
        this.sealing = sealing;
        this.sessions = sessions;
    }

    /** {@code partner} is whom a session is to be agreed on with; null for nobody. */
    byte[] write(Packet packet, Recipient recipient, @Nullable Identity partner) {
        byte[] written = inner.write(packet, recipient);
        Instant now = time.now();
        return finishing(PacketRules.type(packet), () -> {
            SignedPack.Piece piece = piece(packet, written, now);
            Credentials signer = keyring.signer();
            if (!rules.isSealed(packet)) {
                return signing.sign(
                        alone(piece, Keyring.to(recipient), now, null).encoded(), signer);
            }
            return sealed(piece, keyring.readers(packet, recipient, now), now, signer, agreement(partner, signer));
        });
    }

    /** What is encrypted is signed and encrypted together with others for the same readers, if it may be packed. */
    Draft draft(Packet packet, Recipient recipient, boolean packable, @Nullable Identity partner) {
        if (!packable || !rules.isSealed(packet)) {
            return new Draft(Bytes.of(write(packet, recipient, partner)), SecureSerializer.CONTENT_TYPE, null);
        }
        byte[] written = inner.write(packet, recipient);
        Instant now = time.now();
        return finishing(
                PacketRules.type(packet),
                () -> new Draft(
                        piece(packet, written, now).encoded(),
                        SecureSerializer.CONTENT_TYPE,
                        new Envelopes(this, keyring.readers(packet, recipient, now), partner)));
    }

    /** As {@link #draft}, in a session: for one alone, and with no signature. */
    Draft draft(Session session, Packet packet, Recipient recipient) {
        byte[] written = inner.write(packet, recipient);
        return finishing(
                PacketRules.type(packet),
                () -> new Draft(
                        Bytes.of(session.seal(inner.contentType(), piece(packet, written, time.now()))),
                        Session.CONTENT_TYPE,
                        null));
    }

    /** What is said about a session to this partner beside what is signed. */
    private @Nullable Agreement agreement(@Nullable Identity partner, Credentials signer) {
        if (partner == null || sessions == null) {
            return null;
        }
        return keyring.self().isMapper()
                ? sessions.offer(partner, signer.certificate())
                : sessions.answer(partner, signer.certificate());
    }

    /** Makes envelopes for these readers. Equal to others for the same. */
    private record Envelopes(
            EnvelopeWriter writer,
            Keyring.Readers readers,
            @Nullable Identity partner) implements Wrapper {

        @Override
        public Wrapped wrap(List<Bytes> drafts) {
            return writer.finishing("pack", () -> writer.wrapped(drafts, readers, partner));
        }
    }

    private interface Making<T> {

        T make() throws GeneralSecurityException, IOException;
    }

    private <T> T finishing(String what, Making<T> making) {
        try {
            return making.make();
        } catch (SerializationException e) {
            throw e;
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            // Stores of others throw what they like.
            throw new SerializationException(
                    "%s: cannot be signed or encrypted (expected: keys that fit, and a store that answers)"
                            .formatted(what),
                    e);
        }
    }

    private Wrapper.Wrapped wrapped(List<Bytes> pieces, Keyring.Readers readers, @Nullable Identity partner)
            throws GeneralSecurityException, IOException {
        Instant now = time.now();
        Credentials signer = keyring.signer();
        Agreement agreement = agreement(partner, signer);
        if (pieces.size() > 1) {
            byte[] key = new byte[Sealing.KEY_BYTES];
            random.nextBytes(key);
            SignedPack pack = new SignedPack(
                    config.application(),
                    keyring.self(),
                    readers.to(),
                    nonce(),
                    issued(now, pieces.size()),
                    inner.contentType(),
                    Bytes.of(key),
                    Pieces.digests(pieces),
                    agreement);
            byte[] envelope = sealing.seal(signing.sign(pack.encoded(), signer), readers.certificates());
            if (Pieces.headBytes(envelope) <= Pack.MOST_HEAD_BYTES) {
                return Pieces.wrapped(envelope, pack.key(), pieces);
            }
        }
        List<Bytes> envelopes = new ArrayList<>(pieces.size());
        for (Bytes piece : pieces) {
            envelopes.add(Bytes.of(sealed(SignedPack.Piece.decode(piece), readers, now, signer, agreement)));
        }
        return new Wrapper.Wrapped(SecureSerializer.CONTENT_TYPE, NOTHING, envelopes);
    }

    private byte[] sealed(
            SignedPack.Piece piece,
            Keyring.Readers readers,
            Instant now,
            Credentials signer,
            @Nullable Agreement agreement)
            throws GeneralSecurityException, IOException {
        byte[] signed = signing.sign(alone(piece, readers.to(), now, agreement).encoded(), signer);
        return sealing.seal(signed, readers.certificates());
    }

    private SignedPack.Piece piece(Packet packet, byte[] written, Instant now) {
        return new SignedPack.Piece(
                PacketRules.type(packet),
                PacketRules.token(packet),
                SignedPacket.micros(rules.expiry(packet, now)),
                Bytes.of(written));
    }

    private SignedPacket alone(SignedPack.Piece piece, List<String> to, Instant now, @Nullable Agreement agreement) {
        return new SignedPacket(
                config.application(),
                keyring.self(),
                to,
                piece.type(),
                piece.token(),
                nonce(),
                issued(now, 1),
                piece.expires(),
                inner.contentType(),
                piece.packet(),
                agreement);
    }

    private SignedPacket.Nonce nonce() {
        byte[] nonce = new byte[SignedPacket.Nonce.LENGTH];
        random.nextBytes(nonce);
        return SignedPacket.Nonce.of(nonce);
    }

    /** The first of so many times that nothing else was issued at here. */
    private long issued(Instant now, int count) {
        long last = lastIssued.accumulateAndGet(
                SignedPacket.micros(now), (before, next) -> Math.max(before + 1, next) + count - 1);
        return last - count + 1;
    }
}
