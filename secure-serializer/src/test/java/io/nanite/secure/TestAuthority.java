package io.nanite.secure;

import io.nanite.core.packet.Identity;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** An authority that makes good certificates, and any bad one that a test wants. Safe for use by many threads. */
final class TestAuthority {

    static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    static final int MEMBER_USAGE = KeyUsage.digitalSignature | KeyUsage.keyAgreement | KeyUsage.keyEncipherment;

    private final String application;
    private final AtomicLong serials = new AtomicLong();
    private final KeyPair keys = p256();
    private final X500Name name;
    private final X509Certificate certificate;

    TestAuthority(String application) {
        this.application = application;
        name = new X500Name("CN=" + application + " authority");
        certificate = make(
                serials,
                name,
                keys,
                name,
                keys,
                null,
                KeyUsage.keyCertSign | KeyUsage.cRLSign,
                true,
                NOW,
                NOW.plus(Duration.ofDays(365)));
    }

    /** What a test may want otherwise in a certificate. */
    record Wish(Identity identity, String uri, int usage, Instant from, Instant until) {

        Wish withUri(String other) {
            return new Wish(identity, other, usage, from, until);
        }

        Wish withUsage(int other) {
            return new Wish(identity, uri, other, from, until);
        }

        Wish between(Instant first, Instant last) {
            return new Wish(identity, uri, usage, first, last);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    Wish wish(Identity identity) {
        return new Wish(
                identity,
                new Member(application, identity).uri(),
                MEMBER_USAGE,
                NOW.minus(Duration.ofDays(1)),
                NOW.plus(Duration.ofDays(90)));
    }

    Credentials issue(Identity identity) {
        return issue(wish(identity), p256());
    }

    Credentials issueRsa(Identity identity) {
        return issue(wish(identity), rsa());
    }

    Credentials issue(Wish wish, KeyPair pair) {
        X509Certificate made = make(
                serials,
                name,
                keys,
                new X500Name("CN=" + wish.identity()),
                pair,
                wish.uri(),
                wish.usage(),
                false,
                wish.from(),
                wish.until());
        return new Credentials(made, pair.getPrivate());
    }

    /** Names the authority as its issuer, but is signed by its own key. */
    Credentials selfSigned(Identity identity) {
        KeyPair pair = p256();
        Wish wish = wish(identity);
        X509Certificate made = make(
                serials,
                name,
                pair,
                new X500Name("CN=" + identity),
                pair,
                wish.uri(),
                wish.usage(),
                false,
                wish.from(),
                wish.until());
        return new Credentials(made, pair.getPrivate());
    }

    X509CRL revoking(X509Certificate... revoked) {
        try {
            JcaX509v2CRLBuilder builder =
                    new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(NOW));
            for (X509Certificate each : revoked) {
                builder.addCRLEntry(each.getSerialNumber(), Date.from(NOW), CRLReason.keyCompromise);
            }
            return new JcaX509CRLConverter()
                    .getCRL(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    SecureConfig config() {
        return SecureConfig.of(application, List.of(certificate));
    }

    private static X509Certificate make(
            AtomicLong serials,
            X500Name issuer,
            KeyPair issuing,
            X500Name subject,
            KeyPair subjects,
            @Nullable String uri,
            int usage,
            boolean authority,
            Instant from,
            Instant until) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    BigInteger.valueOf(serials.incrementAndGet()),
                    Date.from(from),
                    Date.from(until),
                    subject,
                    subjects.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            if (uri != null) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuing.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair p256() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair rsa() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
