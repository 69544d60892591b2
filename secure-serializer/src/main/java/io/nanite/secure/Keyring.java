package io.nanite.secure;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The credentials of one member, and the certificates of those that it talks with. Safe for use by many threads. */
final class Keyring {

    private final SecureConfig config;
    private final CertificateStore store;
    private final Authorities authorities;
    private final TimeSource time;
    private final Checks checks;
    private final Identity self;
    private volatile List<Credentials> credentials;

    /** Throws {@link CertificateException} if the credentials are not of one member of the application. */
    Keyring(
            SecureConfig config,
            List<Credentials> credentials,
            CertificateStore store,
            CertificateFacts facts,
            TimeSource time,
            Checks checks) {
        this.config = config;
        this.store = store;
        this.time = time;
        this.checks = checks;
        authorities = new Authorities(config.application(), config.authorities(), store, facts);
        if (credentials.isEmpty()) {
            throw none();
        }
        self = credentials.get(0).member().identity();
        this.credentials = checked(credentials);
    }

    private List<Credentials> checked(List<Credentials> theirs) {
        if (theirs.isEmpty()) {
            throw none();
        }
        for (Credentials each : theirs) {
            if (!each.member().equals(member(self))) {
                throw new CertificateException("credentials of %s: of another member (expected: all of %s of %s)"
                        .formatted(each.member(), self, config.application()));
            }
        }
        return List.copyOf(theirs);
    }

    private static CertificateException none() {
        return new CertificateException("credentials: none (expected: a certificate and its key)");
    }

    private Member member(Identity identity) {
        return new Member(config.application(), identity);
    }

    /** Those that it has stay if these are not of the same member: then it throws {@link CertificateException}. */
    void use(List<Credentials> renewed) {
        credentials = checked(renewed);
    }

    Identity self() {
        return self;
    }

    /** What it signs with. */
    Credentials signer() {
        return credentials.get(0);
    }

    /** What it reads with. */
    List<Credentials> credentials() {
        return credentials;
    }

    /** Whether it reads with the key of this certificate. */
    boolean isOwn(X509Certificate certificate) {
        return credentials.stream().anyMatch(ours -> ours.certificate().equals(certificate));
    }

    /** Whose names are signed, and whose keys can open it. */
    record Readers(List<String> to, List<X509Certificate> certificates) {}

    static List<String> to(Recipient recipient) {
        if (recipient instanceof Recipient.One one) {
            return List.of(one.identity().value());
        }
        return List.of(
                recipient instanceof Recipient.EveryMapper ? SignedPacket.EVERY_MAPPER : SignedPacket.EVERY_AGENT);
    }

    /**
     * Work may have to be saved from its agent's queue by any mapper. Throws {@link SerializationException} if there is nobody
     * who could read it.
     */
    Readers readers(Packet packet, Recipient recipient, Instant now) {
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
                    .filter(certificate -> canReceive(certificate, reader, now))
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

    /** Whether something can be encrypted for this certificate now. */
    boolean canReceive(X509Certificate certificate, Identity reader, Instant now) {
        try {
            authorities.check(certificate, member(reader), Authorities.Use.toReceive(certificate), now, checks);
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    /** As the store throws, if it cannot say. */
    boolean isInStore(X509Certificate certificate, Identity of) {
        return store.certificates(of).contains(certificate);
    }

    /** What the store has of a sender. */
    List<X509Certificate> delivered(Identity sender) {
        try {
            return store.certificates(sender);
        } catch (RuntimeException e) {
            throw new RefusedException(RefusalReason.UNKNOWN_SENDER, e);
        }
    }

    /** Refuses a certificate that this member of this application may not sign with now. */
    void checkSigner(X509Certificate certificate, String application, Identity of) {
        authorities.check(certificate, new Member(application, of), Authorities.Use.SIGN, time.now(), checks);
    }

    /** As {@link #checkSigner}, where the signature was verified before: the store must still have it. */
    void checkStillCounts(X509Certificate certificate, String application, Identity of) {
        Checks.strict().require(delivered(of).contains(certificate), RefusalReason.UNKNOWN_SENDER);
        checkSigner(certificate, application, of);
    }

    /** Something was signed with this certificate, and the signature is good. */
    void met(Identity of, X509Certificate certificate) {
        store.met(of, certificate);
    }
}
