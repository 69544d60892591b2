package io.nanite.secure;

import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import org.bouncycastle.asn1.x509.KeyUsage;

/** The kinds of keys that are made for members. */
public enum KeyKind {
    /** The default: small, and fast to sign with. */
    P256("EC", KeyUsage.digitalSignature | KeyUsage.keyAgreement),
    /** For those whose tools know nothing else. */
    RSA3072("RSA", KeyUsage.digitalSignature | KeyUsage.keyEncipherment);

    private final String algorithm;
    private final int usage;

    KeyKind(String algorithm, int usage) {
        this.algorithm = algorithm;
        this.usage = usage;
    }

    /** What a member may do with such a key; the bits of {@link KeyUsage}. */
    int usage() {
        return usage;
    }

    KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(
                    this == P256
                            ? new ECGenParameterSpec("secp256r1")
                            : new RSAKeyGenParameterSpec(3072, RSAKeyGenParameterSpec.F4));
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
            throw new CertificateException(
                    "key %s: unknown to this Java (expected: every Java has it)".formatted(this), e);
        }
    }
}
