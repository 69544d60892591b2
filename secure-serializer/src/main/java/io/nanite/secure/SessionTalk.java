package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Request;
import io.nanite.core.serializer.Draft;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.Serializer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a mapper asks an agent and waits for, and what the agent answers: in their session, where they have agreed on one. Safe
 * for use by many threads.
 */
final class SessionTalk {

    private static final Logger LOG = LoggerFactory.getLogger(SessionTalk.class);

    private final Serializer inner;
    private final SecureConfig config;
    private final Keyring keyring;
    private final PacketRules rules;
    private final TimeSource time;
    private final Sessions sessions;
    private final EnvelopeWriter writer;
    private final Checks checks;

    SessionTalk(
            Serializer inner,
            SecureConfig config,
            Keyring keyring,
            PacketRules rules,
            TimeSource time,
            Sessions sessions,
            EnvelopeWriter writer,
            Checks checks) {
        this.inner = inner;
        this.config = config;
        this.keyring = keyring;
        this.rules = rules;
        this.time = time;
        this.sessions = sessions;
        this.writer = writer;
        this.checks = checks;
    }

    /** How many are held. */
    int size() {
        return sessions.size();
    }

    /** If there is no session with the agent, they agree on one meanwhile. */
    Draft ask(Packet packet, Recipient recipient, boolean packable) {
        Identity self = keyring.self();
        if (!self.isMapper()
                || !(recipient instanceof Recipient.One one)
                || !one.identity().isAgent()
                || !(packet instanceof Request request)
                || request.persistent()
                || !self.equals(request.replyTo())) {
            return writer.draft(packet, recipient, packable, null);
        }
        Session session = valid(sessions.toAsk(one.identity(), time.nanos()));
        return session == null
                ? writer.draft(packet, recipient, packable, one.identity())
                : writer.draft(session, packet, recipient);
    }

    /** {@code question} is what it answers, if that came in a session: whoever asked there reads there. */
    Draft answer(Packet packet, Recipient recipient, boolean packable, @Nullable Bytes question) {
        if (!keyring.self().isAgent()
                || !(recipient instanceof Recipient.One one)
                || !one.identity().isMapper()
                || !(packet instanceof Reply)) {
            return writer.draft(packet, recipient, packable, null);
        }
        Session session = question == null
                ? null
                : valid(sessions.toAnswer(Session.parse(question).id(), one.identity(), time.nanos()));
        return session == null
                ? writer.draft(packet, recipient, packable, one.identity())
                : writer.draft(session, packet, recipient);
    }

    /** The session, if both certificates that it is bound to still count. */
    private @Nullable Session valid(@Nullable Session session) {
        if (session == null) {
            return null;
        }
        try {
            if (keyring.isOwn(session.ownCertificate)
                    && keyring.isInStore(session.peersCertificate, session.peer)
                    && keyring.canReceive(session.peersCertificate, session.peer, time.now())) {
                return session;
            }
        } catch (RuntimeException e) {
            // Stores of others throw what they like.
            LOG.debug("{}: no certificates of {} now", keyring.self(), session.peer, e);
        }
        sessions.end(session);
        return null;
    }

    /**
     * Reads what was said in a session. {@code again} is whether it may have been read before, {@code own} whether it was written
     * here and came back. Throws {@link UnknownSessionException} if there is no such session here, or not any more.
     */
    Packet read(Bytes bytes, boolean again, boolean own) throws GeneralSecurityException {
        Session.Front front = Session.parse(bytes);
        Session session = sessions.find(front.id(), time.nanos());
        if (session == null) {
            throw new UnknownSessionException(front.from());
        }
        boolean fromSelf = front.from().equals(keyring.self().value());
        if (own) {
            Checks.strict().require(fromSelf, RefusalReason.IDENTITY);
        } else {
            // One's own words, sent back, are nobody else's.
            checks.require(front.from().equals(session.peer.value()), RefusalReason.IDENTITY);
        }
        try {
            keyring.checkStillCounts(session.peersCertificate, config.application(), session.peer);
        } catch (RefusedException e) {
            sessions.end(session);
            throw e;
        }
        if (!keyring.isOwn(session.ownCertificate)) {
            throw new UnknownSessionException(front.from());
        }
        Session.Opened opened = session.open(front, fromSelf);
        SignedPack.Piece piece = opened.piece();
        Instant expires = SignedPacket.instant(piece.expires());
        checks.require(!expires.isBefore(time.now().minus(config.clockSkew())), RefusalReason.EXPIRED);
        Packet packet = inner.read(piece.packet(), opened.contentType());
        rules.checkContent(packet, piece.type(), piece.token());
        boolean fits = keyring.self().isMapper() == own ? packet instanceof Request : packet instanceof Reply;
        checks.require(fits, RefusalReason.ROLE);
        if (!own) {
            rules.checkSpeaker(packet, session.peer);
            ReplayWindow.Verdict verdict = session.note(front.counter());
            if (verdict == ReplayWindow.Verdict.OLD && !again) {
                // Nobody can say whether it was read: it is asked for again.
                throw new UnknownSessionException(front.from());
            }
            checks.require(verdict != ReplayWindow.Verdict.SEEN || again, RefusalReason.REPLAY);
        }
        return packet;
    }
}
