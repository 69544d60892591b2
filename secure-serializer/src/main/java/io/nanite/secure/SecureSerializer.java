package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Printable;
import io.nanite.core.serializer.Draft;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import io.nanite.secure.EnvelopeReader.Reading;
import java.io.IOException;
import java.lang.reflect.Type;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
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

    /** What a packet may be, and what is around it: a recipient costs about 200 bytes. */
    private static final int MOST_BYTES = 8 * 1024 * 1024 + 256 * 1024;

    private final Serializer inner;
    private final SecureConfig config;
    private final Keyring keyring;
    private final EnvelopeWriter writer;
    private final EnvelopeReader reader;
    private final @Nullable SessionTalk talk;
    private final Checks checks;
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
        this.checks = checks;
        SecureRandom random = new SecureRandom();
        CertificateFacts facts = new CertificateFacts();
        keyring = new Keyring(config, credentials, store, facts, time, checks);
        PacketRules rules = new PacketRules(config, keyring.self(), checks);
        Signing signing = new Signing(random, facts, config.carriesCertificates());
        Sealing sealing = new Sealing(random, facts);
        SessionLimits limits = config.sessions();
        Sessions sessions =
                limits == null ? null : new Sessions(config.application(), keyring.self(), limits, random, facts);
        writer = new EnvelopeWriter(inner, config, keyring, rules, time, random, signing, sealing, sessions);
        reader = new EnvelopeReader(inner, config, keyring, rules, time, signing, sealing, sessions, checks);
        talk = sessions == null ? null : new SessionTalk(inner, config, keyring, rules, time, sessions, writer, checks);
    }

    /**
     * Speaks from now on with the first of these and reads with all of them. Throws {@link CertificateException}, and goes on
     * with those that it has, if they are not of the same member.
     */
    public void use(List<Credentials> renewed) {
        keyring.use(renewed);
    }

    /** Who writes and reads here. */
    public Identity identity() {
        return keyring.self();
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
        return talk == null ? 0 : talk.size();
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

    /** Throws {@link SerializationException} also if there is no certificate that it could be encrypted for. */
    @Override
    public byte[] write(Packet packet, Recipient recipient) {
        return writer.write(packet, recipient, null);
    }

    /** What is encrypted is signed and encrypted together with others for the same readers. Throws as {@link #write} does. */
    @Override
    public Draft draft(Packet packet, Recipient recipient) {
        return writer.draft(packet, recipient, true, null);
    }

    /**
     * What a mapper asks an agent and waits for goes in their session, if they have agreed on one; if not, they do so meanwhile.
     * Throws as {@link #write} does.
     */
    @Override
    public Draft live(Packet packet, Recipient recipient, boolean packable) {
        return talk == null ? writer.draft(packet, recipient, packable, null) : talk.ask(packet, recipient, packable);
    }

    /** Is in the session in which the question came: whoever asked there reads there. Throws as {@link #write} does. */
    @Override
    public Draft answer(
            Packet packet, Recipient recipient, boolean packable, Bytes question, @Nullable String contentType) {
        return talk == null
                ? writer.draft(packet, recipient, packable, null)
                : talk.answer(packet, recipient, packable, isLive(contentType) ? question : null);
    }

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

    private Packet read(Bytes bytes, @Nullable String contentType, Reading why) {
        if (contentType == null || !reads(contentType)) {
            throw new SerializationException("content type: %s (expected: %s)"
                    .formatted(contentType == null ? "none" : Printable.of(contentType), CONTENT_TYPE));
        }
        return read(bytes, () -> {
            if (isLive(contentType)) {
                return inSession(bytes, why != Reading.FIRST, false);
            }
            return is(contentType, Pieces.CONTENT_TYPE) ? reader.readPiece(bytes, why) : reader.read(bytes, why);
        });
    }

    private interface Work {

        Packet packet() throws GeneralSecurityException, IOException;
    }

    private Packet read(Bytes bytes, Work reading) {
        try {
            checks.require(bytes.length() <= MOST_BYTES, RefusalReason.TOO_LONG);
            return reading.packet();
        } catch (RefusedException e) {
            throw refused(e.reason());
        } catch (UnknownSessionException e) {
            throw unknown(e.from());
        } catch (GeneralSecurityException e) {
            throw refused(RefusalReason.TAMPERED);
        } catch (SerializationException e) {
            throw refused(RefusalReason.CONTENT);
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
                "envelope: refused (expected: one of a member of %s for %s)"
                        .formatted(config.application(), identity()),
                reason.word());
    }

    private void count(RefusalReason reason) {
        LongAdder count = refusals.get(reason);
        if (count == null) {
            count = refusals.computeIfAbsent(reason, unused -> new LongAdder());
            LOG.warn("{}: refused an envelope: {}; further ones are only counted", identity(), reason);
        }
        count.increment();
    }

    private SerializationException unknown(String from) {
        count(RefusalReason.UNKNOWN_SESSION);
        return SerializationException.ofUnknownSession(
                "envelope: of a session that %s does not have (expected: one that was agreed on)".formatted(identity()),
                Identity.isIdentity(from) ? new Identity(from) : null);
    }

    private Packet inSession(Bytes bytes, boolean again, boolean own) throws GeneralSecurityException {
        if (talk == null) {
            throw new UnknownSessionException(Session.parse(bytes).from());
        }
        return talk.read(bytes, again, own);
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
