package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one member. A mapper offers them, in what it signs for an agent; the agent answers, in what it signs for the
 * mapper, until the mapper has used the session. An agent never speaks first in one, so that whoever gets its answer knows it.
 *
 * <p>The keys of an exchange are let go of as soon as there is a session of them. Safe for use by many threads.
 */
final class Sessions {

    /** Far below what AES-GCM bears with one key. */
    private static final long MOST_SENT = 1L << 32;

    private final String application;
    private final Identity self;
    private final SessionLimits limits;
    private final SecureRandom random;
    private final CertificateFacts facts;
    private final Map<Session.Id, Session> known = new ConcurrentHashMap<>();
    private final Map<Identity, Peer> peers = new ConcurrentHashMap<>();

    /** Those that are known, the eldest first. Guards itself. */
    private final Deque<Session> byAge = new ArrayDeque<>();

    /** What is open with another member. Guards itself. */
    private static final class Peer {

        /** A mapper's: to ask in. */
        volatile @Nullable Session asking;

        // Guarded by this.
        private P256.@Nullable Ephemeral offered;
        private @Nullable X509Certificate offeredAs;
        private Agreement.@Nullable Answer answer;
        private @Nullable Session answered;
        private @Nullable String life;
        private long lifeSince;
    }

    Sessions(String application, Identity self, SessionLimits limits, SecureRandom random, CertificateFacts facts) {
        this.application = application;
        this.self = self;
        this.limits = limits;
        this.random = random;
        this.facts = facts;
    }

    private Peer peer(Identity identity) {
        Peer peer = peers.get(identity);
        return peer == null ? peers.computeIfAbsent(identity, unused -> new Peer()) : peer;
    }

    /** The session to ask this agent in; null if there is none, or it was used for long enough. */
    @Nullable
    Session toAsk(Identity agent, long now) {
        Peer peer = peers.get(agent);
        Session session = peer == null ? null : peer.asking;
        if (peer == null || session == null) {
            return null;
        }
        if (session.sent() >= limits.rekeyCount() || isOlder(session, limits.rekeyAfter(), now)) {
            peer.asking = null;
            return null;
        }
        return known.containsKey(session.id) ? session : null;
    }

    /** The session in which this member asked, if it can still be answered there. */
    @Nullable
    Session toAnswer(Session.Id id, Identity mapper, long now) {
        Session session = known.get(id);
        // What is written in one must be read before it is forgotten.
        return session != null
                        && session.peer.equals(mapper)
                        && session.sent() < MOST_SENT
                        && !isOlder(session, limits.keep().dividedBy(2), now)
                ? session
                : null;
    }

    /** A session by what an envelope says; null if it is not known, or not any more. */
    @Nullable
    Session find(Session.Id id, long now) {
        Session session = known.get(id);
        if (session != null && isOlder(session, limits.keep(), now)) {
            end(session);
            return null;
        }
        return session;
    }

    private static boolean isOlder(Session session, Duration age, long now) {
        return now - session.since >= age.toNanos();
    }

    /** Nothing is read or written in it any more. */
    void end(Session session) {
        if (known.remove(session.id, session)) {
            synchronized (byAge) {
                byAge.remove(session);
            }
        }
    }

    /** What a mapper adds to what it signs with this certificate for the agent. */
    Agreement.Offer offer(Identity agent, X509Certificate certificate) {
        Peer peer = peer(agent);
        synchronized (peer) {
            P256.Ephemeral offered = peer.offered;
            if (offered == null || !certificate.equals(peer.offeredAs)) {
                offered = P256.ephemeral(random);
                peer.offered = offered;
                peer.offeredAs = certificate;
            }
            return new Agreement.Offer(offered.point());
        }
    }

    /** What an agent adds to what it signs with this certificate for the mapper; null if that is nothing. */
    Agreement.@Nullable Answer answer(Identity mapper, X509Certificate certificate) {
        Peer peer = peers.get(mapper);
        if (peer == null) {
            return null;
        }
        synchronized (peer) {
            Session session = peer.answered;
            return session == null || session.isHeard() || !session.ownCertificate.equals(certificate)
                    ? null
                    : peer.answer;
        }
    }

    /** A member has signed this with its certificate, for this one. {@code own} is what this one signs with. */
    void heard(Identity from, X509Certificate theirs, X509Certificate own, Agreement said, long now)
            throws GeneralSecurityException {
        if (said instanceof Agreement.Offer offer && from.isMapper() && self.isAgent()) {
            offered(from, theirs, own, offer, now);
        } else if (said instanceof Agreement.Answer answer && from.isAgent() && self.isMapper()) {
            answered(from, theirs, answer, now);
        }
    }

    private void offered(Identity mapper, X509Certificate theirs, X509Certificate own, Agreement.Offer offer, long now)
            throws GeneralSecurityException {
        Peer peer = peer(mapper);
        synchronized (peer) {
            Agreement.Answer before = peer.answer;
            Session session = peer.answered;
            if (before != null
                    && session != null
                    && before.offered().equals(offer.point())
                    && session.ownCertificate.equals(own)
                    && session.peersCertificate.equals(theirs)) {
                return; // the answer goes with what is said next, and has perhaps not arrived yet
            }
            P256.Ephemeral ours = P256.ephemeral(random);
            byte[] secret =
                    P256.agree(ours.secret(), P256.publicKey(offer.point().toArray()));
            Session made = Session.of(
                    secret, parties(mapper, theirs, self, own, offer.point(), ours.point()), self, own, theirs, now);
            add(made, now);
            peer.answer = new Agreement.Answer(offer.point(), ours.point());
            peer.answered = made;
        }
    }

    private void answered(Identity agent, X509Certificate theirs, Agreement.Answer answer, long now)
            throws GeneralSecurityException {
        Peer peer = peer(agent);
        synchronized (peer) {
            P256.Ephemeral offered = peer.offered;
            X509Certificate own = peer.offeredAs;
            if (offered == null || own == null || !offered.point().equals(answer.offered())) {
                return; // of an exchange that is over
            }
            byte[] secret =
                    P256.agree(offered.secret(), P256.publicKey(answer.point().toArray()));
            Session made = Session.of(
                    secret,
                    parties(self, own, agent, theirs, answer.offered(), answer.point()),
                    self,
                    own,
                    theirs,
                    now);
            peer.offered = null;
            peer.offeredAs = null;
            add(made, now);
            peer.asking = made;
        }
    }

    private Session.Parties parties(
            Identity mapper,
            X509Certificate mappers,
            Identity agent,
            X509Certificate agents,
            Bytes offered,
            Bytes answered) {
        return new Session.Parties(
                application,
                mapper,
                agent,
                Bytes.of(facts.of(mappers).digest),
                Bytes.of(facts.of(agents).digest),
                offered,
                answered);
    }

    private void add(Session session, long now) {
        synchronized (byAge) {
            byAge.addLast(session);
            known.put(session.id, session);
            for (Session eldest = byAge.peekFirst();
                    eldest != null && (byAge.size() > limits.most() || isOlder(eldest, limits.keep(), now));
                    eldest = byAge.peekFirst()) {
                byAge.removeFirst();
                known.remove(eldest.id, eldest);
            }
        }
    }

    /**
     * An agent says in which life it is. In another than before it has forgotten, or says that it could not read: it is not
     * asked in a session before there is a new one. What it answered before can still be read.
     *
     * @param issued when it said so: what is older than the last is not heard
     */
    void lives(Identity agent, String life, long issued) {
        Peer peer = peer(agent);
        synchronized (peer) {
            if (issued <= peer.lifeSince && peer.life != null) {
                return;
            }
            if (!life.equals(peer.life)) {
                peer.asking = null;
                peer.offered = null;
                peer.offeredAs = null;
            }
            peer.life = life;
            peer.lifeSince = issued;
        }
    }

    /** How many are held. */
    int size() {
        return known.size();
    }
}
