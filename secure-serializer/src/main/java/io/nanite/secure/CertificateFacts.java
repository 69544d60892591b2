package io.nanite.secure;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.jspecify.annotations.Nullable;

/** What of certificates never changes, worked out once for each of those that were met last. Safe for use by many threads. */
final class CertificateFacts {

    private static final int MOST_REMEMBERED = 10_000;

    private final Map<X509Certificate, Facts> known = new ConcurrentHashMap<>();

    /** Of one certificate. */
    static final class Facts {

        /** Whom it names; null if that is not one member. */
        final @Nullable Member member;

        /** Whether its key is of a kind that counts. */
        final boolean allowed;

        /** For what its key may be used, by the numbers of RFC 5280; null if it does not say. */
        final boolean @Nullable [] usage;

        /** How envelopes name it. */
        final IssuerAndSerialNumber name;

        /** SHA-256 of all of it. */
        final byte[] digest;

        /** Its key, if that is one of P-256. */
        final @Nullable ECPublicKeyParameters point;

        private Facts(X509Certificate certificate) {
            member = Member.of(certificate);
            allowed = Algorithms.allows(certificate.getPublicKey());
            usage = certificate.getKeyUsage();
            name = Signing.nameOf(certificate);
            digest = digest(certificate);
            point = allowed && certificate.getPublicKey() instanceof ECPublicKey key ? P256.publicKey(key) : null;
        }

        private static byte[] digest(X509Certificate certificate) {
            try {
                return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
                throw new CertificateException("certificate: cannot be encoded (expected: every one can)", e);
            }
        }
    }

    Facts of(X509Certificate certificate) {
        Facts facts = known.get(certificate);
        if (facts == null) {
            if (known.size() >= MOST_REMEMBERED) {
                known.clear(); // all of it can be worked out again
            }
            facts = new Facts(certificate);
            known.put(certificate, facts);
        }
        return facts;
    }
}
