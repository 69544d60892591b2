package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Presence;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.Serializer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.jspecify.annotations.Nullable;

/**
 * Opens envelopes, alone or of packs, and reads what a member of the same application signed for this one. Safe for use by many
 * threads. Throws {@link RefusedException} for what does not pass, and whatever its libraries met for what is no envelope.
 */
final class EnvelopeReader {

    /** Why an envelope is read. */
    enum Reading {
        FIRST,

        /** The broker says that it has delivered it before. */
        AGAIN,

        /** It is looked at where it lies. */
        BURIED
    }

    private final Serializer inner;
    private final SecureConfig config;
    private final Keyring keyring;
    private final PacketRules rules;
    private final TimeSource time;
    private final Signing signing;
    private final Sealing sealing;
    private final @Nullable Sessions sessions;
    private final Checks checks;
    private final ReplayMemory memory;
    private final OpenedPacks opened = new OpenedPacks();

    EnvelopeReader(
            Serializer inner,
            SecureConfig config,
            Keyring keyring,
            PacketRules rules,
            TimeSource time,
            Signing signing,
            Sealing sealing,
            @Nullable Sessions sessions,
            Checks checks) {
        this.inner = inner;
        this.config = config;
        this.keyring = keyring;
        this.rules = rules;
        this.time = time;
        this.signing = signing;
        this.sealing = sealing;
        this.sessions = sessions;
        this.checks = checks;
        memory = new ReplayMemory(config.remembered());
    }

    /** Reads an envelope with one packet. */
    Packet read(Bytes envelope, Reading why) throws GeneralSecurityException, IOException {
        ContentInfo outer = document(envelope.toArray());
        boolean sealed = isSealed(outer);
        Signing.Signed signed = signed(sealed ? opened(outer) : outer);
        SignedPacket said = SignedPacket.decode(signed.content().toArray());
        X509Certificate signer = checkSigner(signed, said.application(), said.from());
        return accepted(said, signer, sealed, why);
    }

    /** Reads one packet of a pack. The envelope of the pack is opened once; all else is as if the packet had come alone. */
    Packet readPiece(Bytes packet, Reading why) throws GeneralSecurityException, IOException {
        Pieces.Sealed piece = Pieces.parse(packet);
        OpenedPacks.Opened known = opened.find(piece.envelope());
        if (known == null) {
            ContentInfo outer = document(piece.envelope().toArray());
            Checks.strict().require(isSealed(outer), RefusalReason.NOT_SEALED);
            Signing.Signed signed = signed(opened(outer));
            SignedPack pack = SignedPack.decode(signed.content().toArray());
            known = new OpenedPacks.Opened(pack, checkSigner(signed, pack.application(), pack.from()));
            opened.put(Bytes.of(piece.envelope().toArray()), known);
        } else {
            keyring.checkStillCounts(
                    known.signer(), known.pack().application(), known.pack().from());
        }
        Bytes opened = Pieces.open(piece, known.pack(), checks);
        return accepted(known.pack().packet(piece.index(), SignedPack.Piece.decode(opened)), known.signer(), true, why);
    }

    private static ContentInfo document(byte[] encoded) throws IOException {
        return ContentInfo.getInstance(ASN1Primitive.fromByteArray(encoded));
    }

    private static boolean isSealed(ContentInfo document) {
        return document.getContentType().equals(CMSObjectIdentifiers.authEnvelopedData);
    }

    private ContentInfo opened(ContentInfo sealed) throws GeneralSecurityException, IOException {
        return document(sealing.open(sealed, keyring.credentials(), checks));
    }

    private static Signing.Signed signed(ContentInfo document) throws IOException {
        Checks.strict()
                .require(document.getContentType().equals(CMSObjectIdentifiers.signedData), RefusalReason.ALGORITHM);
        return Signing.parse(document);
    }

    /** The certificate that it was signed with. */
    private X509Certificate checkSigner(Signing.Signed signed, String application, Identity from)
            throws GeneralSecurityException, IOException {
        checks.require(application.equals(config.application()), RefusalReason.APPLICATION);
        List<X509Certificate> signers = signing.signersOf(signed, keyring.delivered(from));
        if (signers.isEmpty()) {
            signers = signing.signersOf(signed, Signing.carried(signed));
        }
        Checks.strict().require(!signers.isEmpty(), RefusalReason.UNKNOWN_SENDER);
        X509Certificate signer = signers.get(0);
        keyring.checkSigner(signer, application, from);
        signing.verify(signed, signer, checks);
        keyring.met(from, signer);
        return signer;
    }

    /** What a member said, after all that is to be checked about it but the signature. */
    private Packet accepted(SignedPacket said, X509Certificate signer, boolean sealed, Reading why)
            throws GeneralSecurityException {
        Instant now = time.now();
        checks.require(said.isFor(keyring.self()), RefusalReason.NOT_FOR_US);
        checks.require(!said.issuedAt().isAfter(now.plus(config.clockSkew())), RefusalReason.EARLY);
        boolean buried = why == Reading.BURIED;
        checks.require(buried || !said.expiresAt().isBefore(now.minus(config.clockSkew())), RefusalReason.EXPIRED);
        Packet packet = inner.read(said.packet(), said.contentType());
        rules.checkContent(packet, said.type(), said.token());
        checks.require(sealed || !rules.isSealed(packet), RefusalReason.NOT_SEALED);
        boolean byItsAgent = said.from().isAgent()
                && packet instanceof Deliverable
                && said.to().contains(SignedPacket.EVERY_MAPPER);
        if (!buried || !byItsAgent) {
            rules.checkSpeaker(packet, said.from());
        }
        if (buried) {
            return packet;
        }
        checkFresh(packet, said, why == Reading.AGAIN, now);
        if (sessions != null) {
            heard(sessions, packet, said, signer, sealed);
        }
        return packet;
    }

    private void checkFresh(Packet packet, SignedPacket said, boolean again, Instant now) {
        if (PacketRules.isPresence(packet)) {
            Duration lifetime = Duration.between(said.issuedAt(), said.expiresAt());
            checks.require(lifetime.compareTo(config.presenceLifetime()) <= 0, RefusalReason.EXPIRED);
        }
        Instant earliest = now.minus(config.clockSkew());
        if (packet instanceof Presence) {
            memory.notePresence(said, packet instanceof Ping, checks);
        } else if (packet instanceof Reply) {
            memory.noteAnswer(said, again, earliest, checks);
        } else {
            memory.noteWork(said, again && !PacketRules.isPresence(packet), earliest, checks);
        }
    }

    /** What this says of sessions, beside what it is. */
    private void heard(Sessions agreed, Packet packet, SignedPacket said, X509Certificate signer, boolean sealed)
            throws GeneralSecurityException {
        Identity self = keyring.self();
        Agreement agreement = said.agreement();
        if (agreement != null && sealed && said.to().contains(self.value())) {
            agreed.heard(said.from(), signer, keyring.signer().certificate(), agreement, time.nanos());
        }
        if (self.isMapper() && packet instanceof Register register) {
            lives(agreed, register.vitals(), said);
        } else if (self.isMapper() && packet instanceof Ping ping && said.from().isAgent()) {
            lives(agreed, ping.vitals(), said);
        }
    }

    private static void lives(Sessions agreed, Vitals vitals, SignedPacket said) {
        if (vitals.boot() != null) {
            agreed.lives(said.from(), vitals.boot() + ' ' + vitals.epoch(), said.issued());
        }
    }
}
