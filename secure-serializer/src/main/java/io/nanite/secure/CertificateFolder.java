package io.nanite.secure;

import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import io.nanite.core.packet.Identity;
import io.nanite.secure.CertificateFinding.Severity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder with what a member needs: {@code ca.pem}, the authority; {@code crl.pem}, what it has called back; {@code
 * IDENTITY.SERIAL.pem}, the certificates of all members; and {@code IDENTITY.SERIAL.key} (PKCS #8) or {@code .p12} (PKCS
 * #12), the member's own keys, which only their owner may read. The authority's own folder has {@code ca.key} too.
 *
 * <p>Keeps nothing that it reads, and is safe for use by many threads.
 */
public final class CertificateFolder {

    static final String AUTHORITY = "ca.pem";
    static final String AUTHORITY_KEY = "ca.key";
    static final String REVOCATIONS = "crl.pem";

    private static final String CERTIFICATE = ".pem";

    private final Path folder;

    /** Reads nothing yet. */
    public CertificateFolder(Path folder) {
        this.folder = folder;
    }

    public Path path() {
        return folder;
    }

    /** The certificates of authority; several while one follows another. */
    public List<X509Certificate> authorities() {
        Path file = folder.resolve(AUTHORITY);
        if (!Files.exists(file)) {
            throw new CertificateException(
                    "%s: not there (expected: the certificate of the authority)".formatted(file));
        }
        return certificates(file);
    }

    /**
     * Writes what one member needs into another folder, which is made if it is not there: the authority, what was called back,
     * and the member's certificates and keys, these for their owner alone. Returns the files, in order. Throws {@link
     * CertificateException} if the member has no key here.
     */
    public List<Path> export(Identity identity, Path to) {
        List<Path> members = certificateFiles().stream()
                .filter(file -> file.getFileName().toString().startsWith(identity + ".") && keyOf(file) != null)
                .toList();
        if (members.isEmpty()) {
            throw noKey(identity);
        }
        try {
            Files.createDirectories(to);
        } catch (IOException e) {
            throw new CertificateException("%s: %s (expected: a folder that can be written)".formatted(to, e), e);
        }
        List<Path> written = new ArrayList<>();
        List<Path> open = new ArrayList<>(List.of(folder.resolve(AUTHORITY)));
        if (Files.exists(folder.resolve(REVOCATIONS))) {
            open.add(folder.resolve(REVOCATIONS));
        }
        open.addAll(members);
        for (Path file : open) {
            Path copy = to.resolve(file.getFileName().toString());
            WholeFiles.writePublic(copy, WholeFiles.read(file));
            written.add(copy);
        }
        for (Path file : members) {
            Path key = keyOf(file);
            if (key != null) {
                Path copy = to.resolve(key.getFileName().toString());
                WholeFiles.writeSecret(copy, WholeFiles.read(key));
                written.add(copy);
            }
        }
        return written;
    }

    private CertificateException noKey(Identity identity) {
        return new CertificateException("%s: no key of %s (expected: %s.SERIAL%s or %s, with its certificate)"
                .formatted(folder, identity, identity, KeyFiles.PEM, KeyFiles.PKCS12));
    }

    /** The certificates of all members. What is wrong with one of the files is wrong with all. */
    public DirectoryCertificates members() {
        return new DirectoryCertificates(folder);
    }

    /**
     * What this member signs with and reads with, the newest first and what was called back last; the certificates whose keys are not here are another's.
     * Throws {@link CertificateException} if there is none, a key cannot be read, others may read it, or it is not that of its
     * certificate.
     */
    public List<Credentials> credentials(Identity identity, @Nullable Secret password) {
        List<Credentials> found = new ArrayList<>();
        for (Path file : certificateFiles()) {
            String name = file.getFileName().toString();
            Path key = keyOf(file);
            if (name.startsWith(identity + ".") && key != null) {
                for (X509Certificate certificate : certificates(file)) {
                    found.add(credentials(certificate, key, password));
                }
            }
        }
        if (found.isEmpty()) {
            throw noKey(identity);
        }
        X509CRL list = revocations();
        found.sort(Comparator.<Credentials, Boolean>comparing(own -> list != null && list.isRevoked(own.certificate()))
                .thenComparing(own -> own.certificate().getNotBefore(), Comparator.reverseOrder()));
        return found;
    }

    private static Credentials credentials(X509Certificate certificate, Path file, @Nullable Secret password) {
        PrivateKey key = KeyFiles.read(file, password);
        if (!KeyPairs.belong(certificate.getPublicKey(), key)) {
            throw new CertificateException("%s: the key of another certificate (expected: that of serial %s)"
                    .formatted(file, serial(certificate)));
        }
        return new Credentials(certificate, key);
    }

    /** The application that these certificates are of: that of the member. */
    public static String application(List<Credentials> credentials) {
        if (credentials.isEmpty()) {
            throw ConfigException.of("credentials", "none", "one at least");
        }
        return credentials.get(0).member().application();
    }

    /**
     * Everything that is wrong here at this time: with the authority, its list, each certificate and each key. Keys under a
     * password are opened with this one; without one they are left alone.
     */
    public List<CertificateFinding> findings(Instant now, @Nullable Secret password) {
        List<CertificateFinding> findings = new ArrayList<>();
        List<X509Certificate> authorities;
        CertificateStore store;
        try {
            authorities = authorities();
            store = members();
        } catch (CertificateException e) {
            return List.of(new CertificateFinding(Severity.ERROR, folder, String.valueOf(e.getMessage())));
        }
        authorities.forEach(authority -> checkTime(authority, folder.resolve(AUTHORITY), now, findings));
        checkKey(folder.resolve(AUTHORITY_KEY), authorities, password, findings);
        X509CRL list = store.revocations();
        if (list == null) {
            findings.add(new CertificateFinding(
                    Severity.WARNING,
                    folder.resolve(REVOCATIONS),
                    "not there (expected: what was called back; without it nothing is)"));
        }
        for (Path file : certificateFiles()) {
            for (X509Certificate certificate : certificates(file)) {
                Member member = Member.required(certificate);
                Authorities checking = new Authorities(member.application(), authorities, store);
                Set<RefusalReason> reasons = EnumSet.noneOf(RefusalReason.class);
                Checks collecting = (passed, reason) -> {
                    if (!passed) {
                        reasons.add(reason);
                    }
                };
                checking.check(certificate, member, Authorities.Use.SIGN, now, collecting);
                checking.check(certificate, member, Authorities.Use.toReceive(certificate), now, collecting);
                reasons.forEach(reason -> findings.add(new CertificateFinding(
                        reason == RefusalReason.REVOKED || reason == RefusalReason.CERTIFICATE_EXPIRED
                                ? Severity.WARNING
                                : Severity.ERROR,
                        file,
                        "certificate %s is refused: %s"
                                .formatted(serial(certificate), reason.name().toLowerCase(Locale.ROOT)))));
                if (reasons.isEmpty()) {
                    checkTime(certificate, file, now, findings);
                }
                Path key = keyOf(file);
                if (key != null) {
                    checkKey(key, List.of(certificate), password, findings);
                }
            }
        }
        return findings;
    }

    private static void checkTime(
            X509Certificate certificate, Path file, Instant now, List<CertificateFinding> findings) {
        Duration left = Duration.between(now, certificate.getNotAfter().toInstant());
        if (left.isNegative()) {
            findings.add(new CertificateFinding(
                    Severity.ERROR,
                    file,
                    "over since " + certificate.getNotAfter().toInstant()));
        } else if (left.compareTo(IssuedCertificate.SOON) < 0) {
            findings.add(new CertificateFinding(
                    Severity.WARNING,
                    file,
                    "ends in %d days, at %s"
                            .formatted(left.toDays(), certificate.getNotAfter().toInstant())));
        }
    }

    private static void checkKey(
            Path key,
            List<X509Certificate> certificates,
            @Nullable Secret password,
            List<CertificateFinding> findings) {
        if (!Files.exists(key)) {
            return;
        }
        try {
            if (password == null && KeyFiles.isUnderPassword(key)) {
                WholeFiles.requireOwners(key);
                return;
            }
            PrivateKey secret = KeyFiles.read(key, password);
            if (certificates.stream().noneMatch(one -> KeyPairs.belong(one.getPublicKey(), secret))) {
                findings.add(new CertificateFinding(Severity.ERROR, key, "the key of another certificate"));
            }
        } catch (CertificateException e) {
            findings.add(new CertificateFinding(
                    Severity.ERROR, key, String.valueOf(e.getMessage()).replaceFirst("^\\Q" + key + "\\E: ", "")));
        }
    }

    /** All certificates of members that are here, by identity and age. */
    public List<IssuedCertificate> issued() {
        X509CRL list = revocations();
        List<IssuedCertificate> all = new ArrayList<>();
        for (Path file : certificateFiles()) {
            for (X509Certificate one : certificates(file)) {
                all.add(new IssuedCertificate(
                        Member.required(one).identity(), one, list != null && list.isRevoked(one), file));
            }
        }
        all.sort(Comparator.<IssuedCertificate, String>comparing(
                        one -> one.identity().value())
                .thenComparing(one -> one.certificate().getNotBefore()));
        return all;
    }

    @Nullable
    X509CRL revocations() {
        Path file = folder.resolve(REVOCATIONS);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return (X509CRL) CertificateFactory.getInstance("X.509")
                    .generateCRL(new ByteArrayInputStream(WholeFiles.read(file)));
        } catch (GeneralSecurityException e) {
            throw new CertificateException(
                    "%s: unreadable (expected: a list of certificates called back)".formatted(file), e);
        }
    }

    List<Path> certificateFiles() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(CertificateFolder::isMembers).sorted().toList();
        } catch (IOException e) {
            throw new CertificateException("folder %s: %s (expected: certificates)".formatted(folder, e), e);
        }
    }

    private static boolean isMembers(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(CERTIFICATE) && (name.startsWith("nanite-") || name.startsWith("mapper-"));
    }

    /** Where the key to this certificate is; null if it is not here. */
    static @Nullable Path keyOf(Path certificate) {
        String name = certificate.getFileName().toString();
        String stem = name.substring(0, name.length() - CERTIFICATE.length());
        for (String ending : List.of(KeyFiles.PEM, KeyFiles.PKCS12)) {
            Path key = certificate.resolveSibling(stem + ending);
            if (Files.exists(key)) {
                return key;
            }
        }
        return null;
    }

    Path certificateFile(Identity identity, X509Certificate certificate) {
        return folder.resolve(identity + "." + serial(certificate) + CERTIFICATE);
    }

    static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    static List<X509Certificate> certificates(Path file) {
        try {
            List<X509Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(WholeFiles.read(file)))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (found.isEmpty()) {
                throw new CertificateException("%s: empty (expected: certificates in PEM)".formatted(file));
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw new CertificateException("%s: unreadable (expected: certificates in PEM)".formatted(file), e);
        }
    }
}
