package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.FilePacket;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Presence;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.Draft;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.serializer.Wrapper;
import io.nanite.core.transport.Pack;
import java.io.IOException;
import java.lang.reflect.Type;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs what another serializer writes, and encrypts it for whoever shall read it; reads only what a member of the same
 * application signed for this one. Safe for use by many threads.
 *
 * <p>Registrations, pings, cancellations and what is said to all agents are only signed, because nobody can be named who
 * will hear them; everything else is encrypted too, and refused if it is not. Work for an agent is encrypted for the mappers
 * as well, so that one of them can save it from the queue of an agent that died.
 *
 * <p>An agent speaks for itself. A mapper speaks for itself, and hands on what agents asked and answered under their names.
 *
 * <p>Whatever is wrong with an envelope, {@link #read} says the same; the reason is counted in {@link #refusals}, and logged
 * the first time.
 */
public final class SecureSerializer implements Serializer {

    /** The media type of the envelopes. */
    public static final String CONTENT_TYPE = "application/vnd.nanite.secure";

    private static final Logger LOG = LoggerFactory.getLogger(SecureSerializer.class);

    private static final Bytes NOTHING = Bytes.of("");

    /** What a packet may be, and what is around it: a recipient costs about 200 bytes. */
    private static final int MOST_BYTES = 8 * 1024 * 1024 + 256 * 1024;

    private final Serializer inner;
    private final SecureConfig config;
    private volatile List<Credentials> credentials;
    private final CertificateStore store;
    private final TimeSource time;
    private final Checks checks;
    private final Identity self;
    private final Authorities authorities;
    private final SecureRandom random = new SecureRandom();
    private final CertificateFacts facts = new CertificateFacts();
    private final Signing signing;
    private final Sealing sealing = new Sealing(random, facts);
    private final ReplayMemory memory;
    private final OpenedPacks opened = new OpenedPacks();
    private final @Nullable Sessions sessions;
    private final AtomicLong lastIssued = new AtomicLong();
    private final ConcurrentHashMap<RefusalReason, LongAdder> refusals = new ConcurrentHashMap<>();

    /**
     * Speaks with the first of the credentials and reads with all of them. Throws {@link CertificateException} if they are
     * not of one member of the application.
     */
    public SecureSerializer(
            Serializer inner,
            SecureConfig config,
            List<Credentials> credentials,
            CertificateStore store,
            TimeSource time) {
        this(inner, config, credentials, store, time, Checks.strict());
    }

    SecureSerializer(
            Serializer inner,
            SecureConfig config,
            List<Credentials> credentials,
            CertificateStore store,
            TimeSource time,
            Checks checks) {
        this.inner = inner;
        this.config = config;
        signing = new Signing(random, facts, config.carriesCertificates());
        this.store = store;
        this.time = time;
        this.checks = checks;
        if (credentials.isEmpty()) {
            throw none();
        }
        self = credentials.get(0).member().identity();
        this.credentials = checked(credentials);
        authorities = new Authorities(config.application(), config.authorities(), store, facts);
        memory = new ReplayMemory(config.remembered());
        SessionLimits limits = config.sessions();
        sessions = limits == null ? null : new Sessions(config.application(), self, limits, random, facts);
    }

    private List<Credentials> checked(List<Credentials> theirs) {
        if (theirs.isEmpty()) {
            throw none();
        }
        for (Credentials each : theirs) {
            if (!each.member().equals(new Member(config.application(), self))) {
                throw new CertificateException("credentials of %s: of another member (expected: all of %s of %s)"
                        .formatted(each.member(), self, config.application()));
            }
        }
        return List.copyOf(theirs);
    }

    private static CertificateException none() {
        return new CertificateException("credentials: none (expected: a certificate and its key)");
    }

    /**
     * Speaks from now on with the first of these and reads with all of them. Throws {@link CertificateException}, and goes on
     * with those that it has, if they are not of the same member.
     */
    public void use(List<Credentials> renewed) {
        credentials = checked(renewed);
    }

    /** Who writes and reads here. */
    public Identity identity() {
        return self;
    }

    /** How many envelopes were refused so far, by reason. */
    public SortedMap<RefusalReason, Long> refusals() {
        SortedMap<RefusalReason, Long> counts = new TreeMap<>();
        refusals.forEach((reason, count) -> counts.put(reason, count.sum()));
        return counts;
    }

    /** As {@link #refusals}, by the names of all reasons in lower case. */
    @Override
    public SortedMap<String, Long> unread() {
        SortedMap<String, Long> counts = new TreeMap<>();
        for (RefusalReason reason : RefusalReason.values()) {
            LongAdder count = refusals.get(reason);
            counts.put(reason.word(), count == null ? 0 : count.sum());
        }
        return counts;
    }

    /** How many sessions it holds, those that are only kept for what is still under way included. */
    public int sessions() {
        return sessions == null ? 0 : sessions.size();
    }

    @Override
    public String contentType() {
        return CONTENT_TYPE;
    }

    /** Envelopes and nothing else: what is not signed is not looked at, whatever it calls itself. */
    @Override
    public boolean reads(@Nullable String contentType) {
        return contentType != null
                && (is(contentType, CONTENT_TYPE) || is(contentType, Pieces.CONTENT_TYPE) || isLive(contentType));
    }

    @Override
    public boolean isLive(@Nullable String contentType) {
        return contentType != null && is(contentType, Session.CONTENT_TYPE);
    }

    private static boolean is(String contentType, String wanted) {
        return contentType.equals(wanted) || bare(contentType).equals(wanted);
    }

    private static String bare(String contentType) {
        int parameters = contentType.indexOf(';');
        return (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    // ---- writing

    /** Throws {@link SerializationException} also if there is no certificate that it could be encrypted for. */
    @Override
    public byte[] write(Packet packet, Recipient recipient) {
        return write(packet, recipient, null);
    }

    /** {@code partner} is whom a session is to be agreed on with; null for nobody. */
    private byte[] write(Packet packet, Recipient recipient, @Nullable Identity partner) {
        byte[] written = inner.write(packet, recipient);
        Instant now = time.now();
        return finishing(packet.getClass().getSimpleName(), () -> {
            SignedPack.Piece piece = piece(packet, written, now);
            Credentials signer = credentials.get(0);
            if (!isSealed(packet)) {
                return signing.sign(alone(piece, to(recipient), now, null).encoded(), signer);
            }
            return sealed(piece, readers(packet, recipient, now), now, signer, agreement(partner, signer));
        });
    }

    /** What is encrypted is signed and encrypted together with others for the same readers. Throws as {@link #write} does. */
    @Override
    public Draft draft(Packet packet, Recipient recipient) {
        return draft(packet, recipient, true, null);
    }

    private Draft draft(Packet packet, Recipient recipient, boolean packable, @Nullable Identity partner) {
        if (!packable || !isSealed(packet)) {
            return new Draft(Bytes.of(write(packet, recipient, partner)), CONTENT_TYPE, null);
        }
        byte[] written = inner.write(packet, recipient);
        Instant now = time.now();
        return finishing(
                packet.getClass().getSimpleName(),
                () -> new Draft(
                        piece(packet, written, now).encoded(),
                        CONTENT_TYPE,
                        new Envelopes(this, readers(packet, recipient, now), partner)));
    }

    /**
     * What a mapper asks an agent and waits for goes in their session, if they have agreed on one; if not, they do so meanwhile.
     * Throws as {@link #write} does.
     */
    @Override
    public Draft live(Packet packet, Recipient recipient, boolean packable) {
        if (sessions == null
                || !self.isMapper()
                || !(recipient instanceof Recipient.One one)
                || !one.identity().isAgent()
                || !(packet instanceof Request request)
                || request.persistent()
                || !self.equals(request.replyTo())) {
            return draft(packet, recipient, packable, null);
        }
        Session session = valid(sessions.toAsk(one.identity(), time.nanos()));
        return session == null
                ? draft(packet, recipient, packable, one.identity())
                : inSession(session, packet, recipient);
    }

    /** Is in the session in which the question came: whoever asked there reads there. Throws as {@link #write} does. */
    @Override
    public Draft answer(
            Packet packet, Recipient recipient, boolean packable, Bytes question, @Nullable String contentType) {
        if (sessions == null
                || !self.isAgent()
                || !(recipient instanceof Recipient.One one)
                || !one.identity().isMapper()
                || !(packet instanceof Reply)) {
            return draft(packet, recipient, packable, null);
        }
        Session session = isLive(contentType)
                ? valid(sessions.toAnswer(Session.parse(question).id(), one.identity(), time.nanos()))
                : null;
        return session == null
                ? draft(packet, recipient, packable, one.identity())
                : inSession(session, packet, recipient);
    }

    /** The session, if both certificates that it is bound to still count. */
    private @Nullable Session valid(@Nullable Session session) {
        if (session == null || sessions == null) {
            return null;
        }
        try {
            if (credentials.stream().anyMatch(ours -> ours.certificate().equals(session.ownCertificate))
                    && store.certificates(session.peer).contains(session.peersCertificate)
                    && isValid(session.peersCertificate, session.peer, time.now())) {
                return session;
            }
        } catch (RuntimeException e) {
            LOG.debug("{}: no certificates of {} now", self, session.peer, e); // stores of others throw what they like
        }
        sessions.end(session);
        return null;
    }

    private Draft inSession(Session session, Packet packet, Recipient recipient) {
        byte[] written = inner.write(packet, recipient);
        return finishing(
                packet.getClass().getSimpleName(),
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
        return self.isMapper()
                ? sessions.offer(partner, signer.certificate())
                : sessions.answer(partner, signer.certificate());
    }

    /** Makes envelopes for these readers. Equal to others for the same. */
    private record Envelopes(
            SecureSerializer writer,
            Readers readers,
            @Nullable Identity partner) implements Wrapper {

        @Override
        public Wrapped wrap(List<Bytes> drafts) {
            return writer.finishing("pack", () -> writer.wrapped(drafts, readers, partner));
        }
    }

    /** Whose names are signed, and whose keys can open it. */
    private record Readers(List<String> to, List<X509Certificate> certificates) {}

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

    private Wrapper.Wrapped wrapped(List<Bytes> pieces, Readers readers, @Nullable Identity partner)
            throws GeneralSecurityException, IOException {
        Instant now = time.now();
        Credentials signer = credentials.get(0);
        Agreement agreement = agreement(partner, signer);
        if (pieces.size() > 1) {
            byte[] key = new byte[Sealing.KEY_BYTES];
            random.nextBytes(key);
            SignedPack pack = new SignedPack(
                    config.application(),
                    self,
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
        return new Wrapper.Wrapped(CONTENT_TYPE, NOTHING, envelopes);
    }

    private byte[] sealed(
            SignedPack.Piece piece, Readers readers, Instant now, Credentials signer, @Nullable Agreement agreement)
            throws GeneralSecurityException, IOException {
        byte[] signed = signing.sign(alone(piece, readers.to(), now, agreement).encoded(), signer);
        return sealing.seal(signed, readers.certificates());
    }

    /** Whether only those that it is for may read it. */
    private boolean isSealed(Packet packet) {
        if (packet instanceof Advertise) {
            return false;
        }
        return config.sealsPresence() || !(packet instanceof Presence || packet instanceof Cancel);
    }

    private static List<String> to(Recipient recipient) {
        if (recipient instanceof Recipient.One one) {
            return List.of(one.identity().value());
        }
        return List.of(
                recipient instanceof Recipient.EveryMapper ? SignedPacket.EVERY_MAPPER : SignedPacket.EVERY_AGENT);
    }

    /** Work may have to be saved from its agent's queue by any mapper. */
    private Readers readers(Packet packet, Recipient recipient, Instant now) {
        SortedSet<Identity> readers = new TreeSet<>();
        if (recipient instanceof Recipient.One one) {
            readers.add(one.identity());
            if (packet instanceof Deliverable && one.identity().isAgent()) {
                readers.addAll(store.mappers());
            }
        } else if (recipient instanceof Recipient.EveryMapper) {
            readers.addAll(store.mappers());
        }
        List<String> to = recipient instanceof Recipient.One
                ? readers.stream().map(Identity::value).toList()
                : to(recipient);
        return new Readers(to, certificates(recipient, readers, now));
    }

    private List<X509Certificate> certificates(Recipient recipient, Set<Identity> readers, Instant now) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Identity reader : readers) {
            List<X509Certificate> valid = store.certificates(reader).stream()
                    .filter(certificate -> isValid(certificate, reader, now))
                    .toList();
            if (valid.isEmpty() && recipient.equals(new Recipient.One(reader))) {
                throw new SerializationException(
                        "certificate of %s: none (expected: one in the store that is valid now)".formatted(reader));
            }
            certificates.addAll(valid);
        }
        if (certificates.isEmpty()) {
            throw new SerializationException(
                    "certificates: none (expected: one of somebody who may read what is for %s)"
                            .formatted(recipient instanceof Recipient.EveryAgent ? "every agent" : "every mapper"));
        }
        return certificates;
    }

    private boolean isValid(X509Certificate certificate, Identity reader, Instant now) {
        try {
            authorities.check(
                    certificate,
                    new Member(config.application(), reader),
                    Authorities.Use.toReceive(certificate),
                    now,
                    checks);
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    private SignedPack.Piece piece(Packet packet, byte[] written, Instant now) {
        return new SignedPack.Piece(
                packet.getClass().getSimpleName(),
                token(packet),
                SignedPacket.micros(expiry(packet, now)),
                Bytes.of(written));
    }

    private SignedPacket alone(SignedPack.Piece piece, List<String> to, Instant now, @Nullable Agreement agreement) {
        return new SignedPacket(
                config.application(),
                self,
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

    /** Work that nobody wants any more is not worth reading: but the one who drops it must be able to say what it was. */
    private Instant expiry(Packet packet, Instant now) {
        if (isPresence(packet)) {
            return now.plus(config.presenceLifetime());
        }
        if (packet instanceof Deliverable work && work.metadata().deadline() > 0) {
            Instant deadline = Instant.ofEpochMilli(work.metadata().deadline());
            Instant latest = now.plus(config.lifetime());
            Instant known = deadline.isAfter(latest) ? latest : deadline;
            return (known.isBefore(now) ? now : known).plus(config.presenceLifetime());
        }
        return now.plus(config.lifetime());
    }

    private static boolean isPresence(Packet packet) {
        return packet instanceof Presence || packet instanceof Advertise || packet instanceof Cancel;
    }

    private static String token(Packet packet) {
        Token token = null;
        if (packet instanceof Deliverable work) {
            token = work.token();
        } else if (packet instanceof Reply reply) {
            token = reply.token();
        } else if (packet instanceof FilePacket file) {
            token = file.token();
        } else if (packet instanceof Cancel cancel) {
            token = cancel.token();
        } else if (packet instanceof Instruct instruct) {
            token = instruct.token();
        }
        return token == null ? "" : token.value();
    }

    // ---- reading

    /** Reads an envelope that was never read here before. */
    @Override
    public Packet read(Bytes bytes, @Nullable String contentType) {
        return read(bytes, contentType, false);
    }

    /**
     * Reads an envelope. That it was read before is no reason to refuse work or an answer that the broker says it has delivered
     * before, to anybody: their tokens say what was done about them. Presence is refused all the same.
     */
    @Override
    public Packet read(Bytes bytes, @Nullable String contentType, boolean redelivered) {
        return read(bytes, contentType, redelivered ? Reading.AGAIN : Reading.FIRST);
    }

    /**
     * Work that an agent signed for the mappers counts as what was asked of that agent, whoever asked it; and nothing is over, or
     * was read before.
     */
    @Override
    public Packet readBuried(Bytes bytes, @Nullable String contentType) {
        return read(bytes, contentType, Reading.BURIED);
    }

    /** Why an envelope is read. */
    private enum Reading {
        FIRST,

        /** The broker says that it has delivered it before. */
        AGAIN,

        /** It is looked at where it lies. */
        BURIED
    }

    private Packet read(Bytes bytes, @Nullable String contentType, Reading why) {
        if (contentType == null || !reads(contentType)) {
            throw new SerializationException("content type: %s (expected: %s)"
                    .formatted(contentType == null ? "none" : Printable.of(contentType), CONTENT_TYPE));
        }
        return read(bytes, () -> {
            if (isLive(contentType)) {
                return inSession(bytes, why != Reading.FIRST, false);
            }
            return is(contentType, Pieces.CONTENT_TYPE) ? piece(bytes, why) : opened(bytes, why);
        });
    }

    private Packet read(Bytes bytes, Making<Packet> reading) {
        try {
            checks.require(bytes.length() <= MOST_BYTES, RefusalReason.TOO_LONG);
            return reading.make();
        } catch (RefusedException e) {
            throw refused(e.reason());
        } catch (GeneralSecurityException e) {
            throw refused(RefusalReason.TAMPERED);
        } catch (SerializationException e) {
            throw e.isOfUnknownSession() ? e : refused(RefusalReason.CONTENT);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // Malformed structures come out of the library as whatever its authors met first.
            throw refused(RefusalReason.MALFORMED);
        }
    }

    /** What was asked in a session can be read here too; everything else as {@link #read(Bytes, String)} does. */
    @Override
    public Packet readBack(Bytes bytes, @Nullable String contentType) {
        return isLive(contentType) ? read(bytes, () -> inSession(bytes, true, true)) : read(bytes, contentType);
    }

    private SerializationException refused(RefusalReason reason) {
        count(reason);
        return SerializationException.refused(
                "envelope: refused (expected: one of a member of %s for %s)".formatted(config.application(), self),
                reason.word());
    }

    private void count(RefusalReason reason) {
        LongAdder count = refusals.get(reason);
        if (count == null) {
            count = refusals.computeIfAbsent(reason, unused -> new LongAdder());
            LOG.warn("{}: refused an envelope: {}; further ones are only counted", self, reason);
        }
        count.increment();
    }

    private SerializationException unknown(String from) {
        count(RefusalReason.UNKNOWN_SESSION);
        return SerializationException.ofUnknownSession(
                "envelope: of a session that %s does not have (expected: one that was agreed on)".formatted(self),
                Identity.isIdentity(from) ? new Identity(from) : null);
    }

    /** {@code own} is whether it was written here and came back. */
    private Packet inSession(Bytes bytes, boolean again, boolean own) throws GeneralSecurityException {
        Session.Front front = Session.parse(bytes);
        Session session = sessions == null ? null : sessions.find(front.id(), time.nanos());
        if (session == null || sessions == null) {
            throw unknown(front.from());
        }
        boolean fromSelf = front.from().equals(self.value());
        if (own) {
            Checks.strict().require(fromSelf, RefusalReason.IDENTITY);
        } else {
            // One's own words, sent back, are nobody else's.
            checks.require(front.from().equals(session.peer.value()), RefusalReason.IDENTITY);
        }
        try {
            checkCertificate(session.peersCertificate, config.application(), session.peer);
            if (credentials.stream().noneMatch(ours -> ours.certificate().equals(session.ownCertificate))) {
                throw unknown(front.from());
            }
        } catch (RefusedException e) {
            sessions.end(session);
            throw e;
        }
        Session.Opened opened = session.open(front, fromSelf);
        SignedPack.Piece piece = opened.piece();
        Instant expires = SignedPacket.instant(piece.expires());
        checks.require(!expires.isBefore(time.now().minus(config.clockSkew())), RefusalReason.EXPIRED);
        Packet packet = inner.read(piece.packet(), opened.contentType());
        checks.require(
                piece.type().equals(packet.getClass().getSimpleName())
                        && piece.token().equals(token(packet)),
                RefusalReason.CONTENT);
        boolean fits = self.isMapper() == own ? packet instanceof Request : packet instanceof Reply;
        checks.require(fits, RefusalReason.ROLE);
        if (!own) {
            checkSpeaker(packet, session.peer);
            ReplayWindow.Verdict verdict = session.note(front.counter());
            if (verdict == ReplayWindow.Verdict.OLD && !again) {
                throw unknown(front.from()); // nobody can say whether it was read: it is asked for again
            }
            checks.require(verdict != ReplayWindow.Verdict.SEEN || again, RefusalReason.REPLAY);
        }
        return packet;
    }

    private Packet opened(Bytes envelope, Reading why) throws GeneralSecurityException, IOException {
        ContentInfo outer = ContentInfo.getInstance(ASN1Primitive.fromByteArray(envelope.toArray()));
        boolean sealed = outer.getContentType().equals(CMSObjectIdentifiers.authEnvelopedData);
        Signing.Signed signed = signed(
                sealed
                        ? ContentInfo.getInstance(ASN1Primitive.fromByteArray(sealing.open(outer, credentials, checks)))
                        : outer);
        SignedPacket said = SignedPacket.decode(signed.content().toArray());
        X509Certificate signer = checkSigner(signed, said.application(), said.from());
        return accepted(said, signer, sealed, why);
    }

    /** One packet of a pack. The envelope of the pack is opened once; all else is as if the packet had come alone. */
    private Packet piece(Bytes packet, Reading why) throws GeneralSecurityException, IOException {
        Pieces.Sealed piece = Pieces.parse(packet);
        OpenedPacks.Opened known = opened.find(piece.envelope());
        if (known == null) {
            ContentInfo outer = ContentInfo.getInstance(
                    ASN1Primitive.fromByteArray(piece.envelope().toArray()));
            Checks.strict()
                    .require(
                            outer.getContentType().equals(CMSObjectIdentifiers.authEnvelopedData),
                            RefusalReason.NOT_SEALED);
            Signing.Signed signed = signed(
                    ContentInfo.getInstance(ASN1Primitive.fromByteArray(sealing.open(outer, credentials, checks))));
            SignedPack pack = SignedPack.decode(signed.content().toArray());
            known = new OpenedPacks.Opened(pack, checkSigner(signed, pack.application(), pack.from()));
            opened.put(Bytes.of(piece.envelope().toArray()), known);
        } else {
            checkCertificate(
                    known.signer(), known.pack().application(), known.pack().from());
        }
        Bytes opened = Pieces.open(piece, known.pack(), checks);
        return accepted(known.pack().packet(piece.index(), SignedPack.Piece.decode(opened)), known.signer(), true, why);
    }

    private static Signing.Signed signed(ContentInfo document) throws IOException {
        Checks.strict()
                .require(document.getContentType().equals(CMSObjectIdentifiers.signedData), RefusalReason.ALGORITHM);
        return Signing.parse(document);
    }

    /** What a member said, after all that is to be checked about it but the signature. */
    private Packet accepted(SignedPacket said, X509Certificate signer, boolean sealed, Reading why)
            throws GeneralSecurityException {
        Instant now = time.now();
        checks.require(said.isFor(self), RefusalReason.NOT_FOR_US);
        checks.require(!said.issuedAt().isAfter(now.plus(config.clockSkew())), RefusalReason.EARLY);
        boolean buried = why == Reading.BURIED;
        checks.require(buried || !said.expiresAt().isBefore(now.minus(config.clockSkew())), RefusalReason.EXPIRED);
        Packet packet = inner.read(said.packet(), said.contentType());
        checks.require(
                said.type().equals(packet.getClass().getSimpleName())
                        && said.token().equals(token(packet)),
                RefusalReason.CONTENT);
        checks.require(sealed || !isSealed(packet), RefusalReason.NOT_SEALED);
        boolean byItsAgent = said.from().isAgent()
                && packet instanceof Deliverable
                && said.to().contains(SignedPacket.EVERY_MAPPER);
        if (!buried || !byItsAgent) {
            checkSpeaker(packet, said.from());
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

    private void heard(Sessions agreed, Packet packet, SignedPacket said, X509Certificate signer, boolean sealed)
            throws GeneralSecurityException {
        Agreement agreement = said.agreement();
        if (agreement != null && sealed && said.to().contains(self.value())) {
            agreed.heard(said.from(), signer, credentials.get(0).certificate(), agreement, time.nanos());
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

    /** The certificate that it was signed with. */
    private X509Certificate checkSigner(Signing.Signed signed, String application, Identity from)
            throws GeneralSecurityException, IOException {
        checks.require(application.equals(config.application()), RefusalReason.APPLICATION);
        List<X509Certificate> signers = signing.signersOf(signed, delivered(from));
        if (signers.isEmpty()) {
            signers = signing.signersOf(signed, Signing.carried(signed));
        }
        Checks.strict().require(!signers.isEmpty(), RefusalReason.UNKNOWN_SENDER);
        X509Certificate signer = signers.get(0);
        authorities.check(signer, new Member(application, from), Authorities.Use.SIGN, time.now(), checks);
        signing.verify(signed, signer, checks);
        store.met(from, signer);
        return signer;
    }

    /** Whether a certificate whose signature was verified still counts. */
    private void checkCertificate(X509Certificate signer, String application, Identity from) {
        Checks.strict().require(delivered(from).contains(signer), RefusalReason.UNKNOWN_SENDER);
        authorities.check(signer, new Member(application, from), Authorities.Use.SIGN, time.now(), checks);
    }

    private List<X509Certificate> delivered(Identity sender) {
        try {
            return store.certificates(sender);
        } catch (RuntimeException e) {
            throw new RefusedException(RefusalReason.UNKNOWN_SENDER, e);
        }
    }

    /** Whether this member may say this, and to whoever reads it here. */
    private void checkSpeaker(Packet packet, Identity from) {
        if (packet instanceof Presence presence) {
            checks.require(presence.identity().equals(from), RefusalReason.IDENTITY);
            checks.require(packet instanceof Ping || from.isAgent(), RefusalReason.ROLE);
        } else if (packet instanceof Advertise) {
            checks.require(from.isMapper(), RefusalReason.ROLE);
        } else if (packet instanceof Instruct instruct) {
            checks.require(instruct.from().equals(from), RefusalReason.IDENTITY);
            checks.require(from.isMapper(), RefusalReason.ROLE);
        } else if (packet instanceof Cancel cancel) {
            checks.require(from.isMapper() || cancel.from().equals(from), RefusalReason.IDENTITY);
            checks.require(from.isMapper() || self.isMapper(), RefusalReason.ROLE);
        } else if (packet instanceof Deliverable work) {
            checks.require(from.isMapper() || work.from().equals(from), RefusalReason.IDENTITY);
            // Agents take work from mappers alone: whatever an agent asks goes through one.
            checks.require(from.isMapper() || self.isMapper(), RefusalReason.ROLE);
        } else if (packet instanceof Reply reply) {
            boolean handedOn = from.isMapper() && reply instanceof IntermediateMessage;
            checks.require(handedOn || reply.from().equals(from), RefusalReason.IDENTITY);
        }
    }

    private void checkFresh(Packet packet, SignedPacket said, boolean again, Instant now) {
        if (isPresence(packet)) {
            Duration lifetime = Duration.between(said.issuedAt(), said.expiresAt());
            checks.require(lifetime.compareTo(config.presenceLifetime()) <= 0, RefusalReason.EXPIRED);
        }
        Instant earliest = now.minus(config.clockSkew());
        if (packet instanceof Presence) {
            memory.notePresence(said, packet instanceof Ping, checks);
        } else if (packet instanceof Reply) {
            memory.noteAnswer(said, again, earliest, checks);
        } else {
            memory.noteWork(said, again && !isPresence(packet), earliest, checks);
        }
    }

    @Override
    public @Nullable Object convert(Payload payload, Type type) {
        return inner.convert(payload, type);
    }

    @Override
    public void forgetClasses() {
        inner.forgetClasses();
    }
}
