package io.nanite.secure;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** A member's certificate and the private key to it. No text that is made of it shows the key. */
public record Credentials(X509Certificate certificate, PrivateKey key) {

    /** Throws {@link CertificateException} if the certificate names no member, or one of the two has another kind of key. */
    public Credentials {
        Member.required(certificate);
        String kind = certificate.getPublicKey().getAlgorithm();
        if (!Algorithms.allows(certificate.getPublicKey())
                || !key.getAlgorithm().equals(kind)) {
            throw new CertificateException(
                    "keys of %s: %s and %s (expected: two of P-256, or of RSA with 2048 bits or more)"
                            .formatted(Member.required(certificate).identity(), kind, key.getAlgorithm()));
        }
    }

    Member member() {
        return Member.required(certificate);
    }

    @Override
    public String toString() {
        return "credentials of " + member().identity();
    }
}
