package io.nanite.secure;

import io.nanite.core.packet.Identity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a folder: files {@code IDENTITY*.pem}, several for a member while one follows another, and {@code
 * crl.pem}. What the folder holds is seen when {@link #reload} is called, all of it or nothing. Safe for use by many threads.
 */
public final class DirectoryCertificates implements CertificateStore {

    private static final String REVOCATIONS = "crl.pem";

    /** Many times a certificate; a file that is longer is something else. */
    private static final long LONGEST = 10 * 1024 * 1024;

    private final Path folder;
    private volatile StaticCertificates current;

    /** Reads the folder; throws {@link CertificateException} if that fails. */
    public DirectoryCertificates(Path folder) {
        this.folder = folder;
        current = read();
    }

    /** Reads the folder again; throws {@link CertificateException} and keeps what it had if one file of it is wrong. */
    public void reload() {
        current = read();
    }

    private StaticCertificates read() {
        List<X509Certificate> certificates = new ArrayList<>();
        X509CRL revocations = null;
        try (Stream<Path> listing = Files.list(folder)) {
            for (Path file : listing.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.equals(REVOCATIONS)) {
                    revocations = (X509CRL) factory().generateCRL(new ByteArrayInputStream(bytes(file)));
                } else if (name.endsWith(".pem") && (name.startsWith("nanite-") || name.startsWith("mapper-"))) {
                    certificates.addAll(certificates(file));
                }
            }
        } catch (IOException | GeneralSecurityException | ClassCastException e) {
            throw new CertificateException(
                    "folder %s: %s (expected: certificates)".formatted(folder, e.getMessage()), e);
        }
        return new StaticCertificates(certificates, revocations);
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        String name = file.getFileName().toString();
        try {
            List<X509Certificate> found = factory().generateCertificates(new ByteArrayInputStream(bytes(file))).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (found.isEmpty()) {
                throw new CertificateException("%s: empty (expected: certificates in PEM)".formatted(file));
            }
            for (X509Certificate certificate : found) {
                Identity identity = Member.required(certificate).identity();
                if (!name.startsWith(identity.value())) {
                    throw new CertificateException("%s: a certificate of %s (expected: in a file %s*.pem)"
                            .formatted(file, identity, identity));
                }
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw new CertificateException("%s: unreadable (expected: certificates in PEM)".formatted(file), e);
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new CertificateException(
                    "%s: %d bytes (expected: at most %d)".formatted(file, Files.size(file), LONGEST));
        }
        return Files.readAllBytes(file);
    }

    private static CertificateFactory factory() throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509");
    }

    @Override
    public List<X509Certificate> certificates(Identity identity) {
        return current.certificates(identity);
    }

    @Override
    public Set<Identity> mappers() {
        return current.mappers();
    }

    @Override
    public @Nullable X509CRL revocations() {
        return current.revocations();
    }
}
