package io.nanite.secure;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Says whether a certificate is a member's, for one application. What of that does not change with time is remembered for
 * each certificate. Safe for use by many threads.
 */
final class Authorities {

    /** What a key is used for; the numbers are those of RFC 5280. */
    enum Use {
        SIGN(0),
        AGREE(4),
        ENCIPHER(2);

        private final int bit;

        Use(int bit) {
            this.bit = bit;
        }

        static Use toReceive(X509Certificate certificate) {
            return certificate.getPublicKey().getAlgorithm().equals("RSA") ? ENCIPHER : AGREE;
        }
    }

    private static final int MOST_REMEMBERED = 10_000;

    private static final int SIGNS_CERTIFICATES = 5;

    private final String application;
    private final List<X509Certificate> authorities;
    private final CertificateStore store;
    private final CertificateFacts facts;

    private final Map<X509Certificate, Boolean> issued =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<X509Certificate, Boolean> eldest) {
                    return size() > MOST_REMEMBERED;
                }
            });

    private volatile @Nullable CheckedList lastList;

    private final Map<Key, Passed> passed = new ConcurrentHashMap<>();

    private record Key(X509Certificate certificate, Member member, Use use) {}

    /** A certificate passed all checks with this list, and does so again with it at any time between these. */
    private record Passed(@Nullable X509CRL list, Instant from, Instant until) {}

    private record CheckedList(X509CRL list, boolean ours) {}

    Authorities(String application, List<X509Certificate> authorities, CertificateStore store) {
        this(application, authorities, store, new CertificateFacts());
    }

    Authorities(String application, List<X509Certificate> authorities, CertificateStore store, CertificateFacts facts) {
        this.facts = facts;
        this.application = application;
        this.authorities = authorities;
        this.store = store;
    }

    /** Lets the checks refuse a certificate that is not this member's, not of use, or not of now. */
    @SuppressWarnings("ReferenceEquality") // another list is looked at anew, whatever is in it
    void check(X509Certificate certificate, Member member, Use use, Instant now, Checks checks) {
        X509CRL list = store.revocations();
        Key key = new Key(certificate, member, use);
        Passed before = passed.get(key);
        if (before != null && before.list() == list && !now.isBefore(before.from()) && !now.isAfter(before.until())) {
            return;
        }
        AtomicBoolean faultless = new AtomicBoolean(true);
        checkAll(certificate, member, use, now, list, (right, reason) -> {
            if (!right) {
                faultless.set(false);
            }
            checks.require(right, reason);
        });
        if (faultless.get()) {
            remember(key, list, now);
        }
    }

    private void checkAll(
            X509Certificate certificate, Member member, Use use, Instant now, @Nullable X509CRL list, Checks checks) {
        checks.require(member.application().equals(application), RefusalReason.APPLICATION);
        CertificateFacts.Facts known = facts.of(certificate);
        Member named = known.member;
        checks.require(named != null && named.application().equals(member.application()), RefusalReason.APPLICATION);
        checks.require(named != null && named.identity().equals(member.identity()), RefusalReason.IDENTITY);
        checks.require(known.allowed, RefusalReason.ALGORITHM);
        checks.require(issued.computeIfAbsent(certificate, this::isIssued), RefusalReason.AUTHORITY);
        boolean[] usage = known.usage;
        checks.require(usage != null && usage[use.bit], RefusalReason.KEY_USAGE);
        checks.require(!now.isBefore(certificate.getNotBefore().toInstant()), RefusalReason.CERTIFICATE_EARLY);
        checks.require(!now.isAfter(certificate.getNotAfter().toInstant()), RefusalReason.CERTIFICATE_EXPIRED);
        checks.require(validAuthority(certificate, now).isPresent(), RefusalReason.AUTHORITY);
        checks.require(!isRevoked(certificate, list), RefusalReason.REVOKED);
    }

    /** All of the checks end the same as long as both certificates count and there is no other list. */
    private void remember(Key key, @Nullable X509CRL list, Instant now) {
        if (passed.size() >= MOST_REMEMBERED) {
            passed.clear(); // all of it can be found out again
        }
        X509Certificate certificate = key.certificate();
        validAuthority(certificate, now)
                .ifPresent(authority -> passed.put(
                        key,
                        new Passed(
                                list,
                                later(
                                        certificate.getNotBefore().toInstant(),
                                        authority.getNotBefore().toInstant()),
                                earlier(
                                        certificate.getNotAfter().toInstant(),
                                        authority.getNotAfter().toInstant()))));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private Optional<X509Certificate> validAuthority(X509Certificate certificate, Instant now) {
        return authorities.stream()
                .filter(authority -> isFrom(certificate, authority) && isValid(authority, now))
                .findFirst();
    }

    private static boolean isValid(X509Certificate authority, Instant now) {
        return !now.isBefore(authority.getNotBefore().toInstant())
                && !now.isAfter(authority.getNotAfter().toInstant());
    }

    private static boolean isFrom(X509Certificate certificate, X509Certificate authority) {
        return certificate.getIssuerX500Principal().equals(authority.getSubjectX500Principal());
    }

    /** Whether one of the authorities made it. One that members sign with may not itself sign certificates. */
    private boolean isIssued(X509Certificate certificate) {
        return certificate.getBasicConstraints() < 0
                && !certificate.hasUnsupportedCriticalExtension()
                && authorities.stream()
                        .anyMatch(authority -> isAuthority(authority)
                                && isFrom(certificate, authority)
                                && isSigned(certificate, authority.getPublicKey()));
    }

    private static boolean isAuthority(X509Certificate certificate) {
        boolean[] usage = certificate.getKeyUsage();
        return certificate.getBasicConstraints() >= 0 && (usage == null || usage[SIGNS_CERTIFICATES]);
    }

    private static boolean isSigned(X509Certificate certificate, PublicKey key) {
        if (!isStrong(certificate.getSigAlgName())) {
            return false;
        }
        try {
            certificate.verify(key);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean isStrong(String signature) {
        return signature.startsWith("SHA256with")
                || signature.startsWith("SHA384with")
                || signature.startsWith("SHA512with");
    }

    /**
     * A list that is over still counts, since what was called back stays so; one that none of the authorities signed calls
     * back everything: somebody has put it there.
     */
    private boolean isRevoked(X509Certificate certificate, @Nullable X509CRL list) {
        if (list == null) {
            return false;
        }
        CheckedList checked = lastList;
        if (checked == null || !checked.list().equals(list)) {
            checked = new CheckedList(list, authorities.stream().anyMatch(authority -> isSigned(list, authority)));
            lastList = checked;
        }
        return !checked.ours() || list.isRevoked(certificate);
    }

    private static boolean isSigned(X509CRL list, X509Certificate authority) {
        if (!list.getIssuerX500Principal().equals(authority.getSubjectX500Principal())
                || !isStrong(list.getSigAlgName())) {
            return false;
        }
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
