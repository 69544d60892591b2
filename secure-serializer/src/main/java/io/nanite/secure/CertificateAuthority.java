package io.nanite.secure;

import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CRLHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The authority of one application, in a {@linkplain CertificateFolder folder}: makes the certificates of its members and
 * calls them back. Its key is P-256, and signs nothing but them and the list of those called back. Everything that it makes is
 * in the folder when a method returns. Not safe for use by several threads or processes at once.
 */
public final class CertificateAuthority {

    /** What is made counts from a little earlier on, because clocks differ. */
    private static final Duration BACKDATED = Duration.ofMinutes(5);

    /** Not of consequence: a list that is over counts all the same. */
    private static final Duration LIST_LASTS = Duration.ofDays(30);

    private static final int SERIAL_BITS = 63;

    private final CertificateFolder folder;
    private final X509Certificate certificate;
    private final PrivateKey key;
    private final String application;
    private final TimeSource time;
    private final SecureRandom random = new SecureRandom();

    private CertificateAuthority(
            CertificateFolder folder, X509Certificate certificate, PrivateKey key, TimeSource time) {
        this.folder = folder;
        this.certificate = certificate;
        this.key = key;
        this.time = time;
        application = applicationOf(certificate);
    }

    /**
     * Makes the authority of an application, and the folder if there is none. Throws {@link ConfigException} for a bad name
     * or duration, and {@link CertificateException} if there is an authority already.
     */
    public static CertificateAuthority create(
            Path path, String application, Duration lasting, @Nullable Secret password, TimeSource time) {
        if (!Member.isApplication(application)) {
            throw ConfigException.of("application", application, "1 to 64 of A-Z a-z 0-9 . _ -");
        }
        checkLasting(lasting);
        Path file = path.resolve(CertificateFolder.AUTHORITY);
        Path keyFile = path.resolve(CertificateFolder.AUTHORITY_KEY);
        for (Path each : List.of(file, keyFile)) {
            if (Files.exists(each)) {
                throw new CertificateException(
                        "%s: there already (expected: a folder without an authority)".formatted(each));
            }
        }
        makeFolder(path);
        KeyPair pair = KeyKind.P256.generate();
        X500Name name = new X500Name("O=" + application + ",CN=" + application + " authority");
        X509Certificate made = sign(
                name,
                serial(new SecureRandom()),
                name,
                pair,
                pair,
                null,
                KeyUsage.keyCertSign | KeyUsage.cRLSign,
                true,
                time.now(),
                lasting);
        KeyFiles.write(keyFile, pair.getPrivate(), made, password);
        WholeFiles.writePublic(file, pem(made));
        CertificateAuthority authority =
                new CertificateAuthority(new CertificateFolder(path), made, pair.getPrivate(), time);
        authority.publish(List.of());
        return authority;
    }

    /** The authority of this folder; throws {@link CertificateException} if it, its key or the password is not there. */
    public static CertificateAuthority open(Path path, @Nullable Secret password, TimeSource time) {
        CertificateFolder folder = new CertificateFolder(path);
        Path keyFile = path.resolve(CertificateFolder.AUTHORITY_KEY);
        List<X509Certificate> authorities = folder.authorities();
        if (!Files.exists(keyFile)) {
            throw new CertificateException("%s: not there (expected: the key of the authority)".formatted(keyFile));
        }
        PrivateKey key = KeyFiles.read(keyFile, password);
        X509Certificate own = authorities.stream()
                .filter(one -> KeyPairs.belong(one.getPublicKey(), key))
                .findFirst()
                .orElseThrow(() -> new CertificateException("%s: the key of another authority (expected: that of %s)"
                        .formatted(keyFile, CertificateFolder.AUTHORITY)));
        return new CertificateAuthority(folder, own, key, time);
    }

    public String application() {
        return application;
    }

    /** Its own certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /**
     * Makes a key and a certificate for a member. Throws {@link CertificateException} if it has one that is good:
     * {@linkplain #renew renew} that.
     */
    public Credentials issue(
            Identity identity, KeyKind kind, Duration lasting, KeyForm form, @Nullable Secret password) {
        checkLasting(lasting);
        issued().stream()
                .filter(one -> one.identity().equals(identity) && one.isGood(time.now()))
                .findFirst()
                .ifPresent(good -> {
                    throw new CertificateException("%s: has a certificate until %s (expected: none; renew it instead)"
                            .formatted(
                                    identity, good.certificate().getNotAfter().toInstant()));
                });
        return make(identity, kind, lasting, form, password);
    }

    /**
     * Makes a new key and certificate for a member that has one; the old one stays good until its own end, so that
     * what was written for it can be read. Throws {@link CertificateException} if it has none.
     */
    public Credentials renew(Identity identity, Duration lasting, KeyForm form, @Nullable Secret password) {
        checkLasting(lasting);
        IssuedCertificate last = issued().stream()
                .filter(one -> one.identity().equals(identity))
                .max(Comparator.comparing(one -> one.certificate().getNotBefore()))
                .orElseThrow(() -> new CertificateException(
                        "%s: has no certificate (expected: one that can be renewed)".formatted(identity)));
        KeyKind kind = last.certificate().getPublicKey().getAlgorithm().equals("RSA") ? KeyKind.RSA3072 : KeyKind.P256;
        return make(identity, kind, lasting, form, password);
    }

    private Credentials make(
            Identity identity, KeyKind kind, Duration lasting, KeyForm form, @Nullable Secret password) {
        Instant now = time.now();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.plus(lasting).isAfter(end)) {
            throw ConfigException.of(
                    "days",
                    lasting.toDays(),
                    "at most %d, as the authority itself ends at %s"
                            .formatted(Math.max(0, Duration.between(now, end).toDays()), end));
        }
        KeyPair pair = kind.generate();
        Member member = new Member(application, identity);
        X509Certificate made = sign(
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                serial(random),
                new X500Name("O=" + application + ",CN=" + identity),
                pair,
                new KeyPair(certificate.getPublicKey(), key),
                member,
                kind.usage(),
                false,
                now,
                lasting);
        Path file = folder.certificateFile(identity, made);
        String stem = file.toString().substring(0, file.toString().length() - ".pem".length());
        // The key first: a certificate without its key would be taken for another's.
        KeyFiles.write(Path.of(stem + form.ending()), pair.getPrivate(), made, password);
        WholeFiles.writePublic(file, pem(made));
        return new Credentials(made, pair.getPrivate());
    }

    /** All certificates of members that are in the folder, by identity and age. */
    public List<IssuedCertificate> issued() {
        return folder.issued();
    }

    /**
     * Calls back certificates of a member: that with this serial number, or all. Returns those that were good until now.
     * Throws {@link CertificateException} if there is none.
     */
    public List<IssuedCertificate> revoke(Identity identity, @Nullable String serial) {
        List<IssuedCertificate> wanted = issued().stream()
                .filter(one -> one.identity().equals(identity)
                        && (serial == null || one.serial().equalsIgnoreCase(serial)))
                .toList();
        if (wanted.isEmpty()) {
            throw new CertificateException("%s: %s (expected: a certificate that can be called back)"
                    .formatted(identity, serial == null ? "has no certificate" : "has no certificate " + serial));
        }
        List<IssuedCertificate> fresh =
                wanted.stream().filter(one -> !one.revoked()).toList();
        if (!fresh.isEmpty()) {
            publish(fresh.stream().map(IssuedCertificate::certificate).toList());
        }
        return fresh;
    }

    /** Writes the list anew, with what it had and these. */
    private void publish(List<X509Certificate> more) {
        Instant now = time.now();
        X509CRL before = folder.revocations();
        try {
            JcaX509v2CRLBuilder builder =
                    new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(now));
            builder.setNextUpdate(Date.from(now.plus(LIST_LASTS)));
            BigInteger number = BigInteger.ONE;
            if (before != null) {
                X509CRLHolder held = new JcaX509CRLHolder(before);
                builder.addCRL(held);
                Extension last = held.getExtension(Extension.cRLNumber);
                number = last == null
                        ? BigInteger.ONE
                        : CRLNumber.getInstance(last.getParsedValue())
                                .getCRLNumber()
                                .add(BigInteger.ONE);
            }
            for (X509Certificate each : more) {
                builder.addCRLEntry(each.getSerialNumber(), Date.from(now), CRLReason.unspecified);
            }
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
            WholeFiles.writePublic(
                    folder.path().resolve(CertificateFolder.REVOCATIONS),
                    pem(new JcaX509CRLConverter().getCRL(builder.build(signer(key)))));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new CertificateException("the list of certificates called back cannot be made: " + e.getMessage(), e);
        }
    }

    private static X509Certificate sign(
            X500Name issuer,
            BigInteger serial,
            X500Name subject,
            KeyPair pair,
            KeyPair signing,
            @Nullable Member member,
            int usage,
            boolean authority,
            Instant now,
            Duration lasting) {
        Instant second = now.truncatedTo(ChronoUnit.SECONDS);
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    serial,
                    Date.from(second.minus(BACKDATED)),
                    Date.from(second.plus(lasting)),
                    subject,
                    pair.getPublic());
            builder.addExtension(
                    Extension.basicConstraints,
                    true,
                    authority ? new BasicConstraints(0) : new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(signing.getPublic()));
            if (member != null) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, member.uri())));
            }
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer(signing.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new CertificateException(
                    "a certificate of %s cannot be made: %s".formatted(subject, e.getMessage()), e);
        }
    }

    private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(key);
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
    }

    private static void checkLasting(Duration lasting) {
        if (lasting.compareTo(Duration.ofDays(1)) < 0 || lasting.compareTo(Duration.ofDays(36_500)) > 0) {
            throw ConfigException.of("days", lasting.toDays(), "1 to 36500");
        }
    }

    private static String applicationOf(X509Certificate authority) {
        for (String part : authority.getSubjectX500Principal().getName().split(",", -1)) {
            if (part.startsWith("O=") && Member.isApplication(part.substring(2))) {
                return part.substring(2);
            }
        }
        throw new CertificateException("authority %s: of no application (expected: O=APPLICATION in its name)"
                .formatted(authority.getSubjectX500Principal().getName()));
    }

    private static void makeFolder(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(path);
                if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
                    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
                }
            }
        } catch (IOException e) {
            throw new CertificateException("folder %s: %s (expected: one that can be made)".formatted(path, e), e);
        }
    }

    private static byte[] pem(Object what) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(what);
        } catch (IOException e) {
            throw new CertificateException("cannot be written: " + e.getMessage(), e);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
