package io.nanite.bench;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.serializer.Formats;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.CertificateFolder;
import io.nanite.secure.Credentials;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import io.nanite.secure.SecureConfig;
import io.nanite.secure.SecureSerializer;
import io.nanite.secure.SessionLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Members of an application with certificates in a folder of their own, deleted at the end. */
final class Members implements AutoCloseable {

    private static final String APPLICATION = "bench";

    private final Path folder;
    private final CertificateFolder certificates;

    Members(Identity... members) throws IOException {
        folder = Files.createTempDirectory("nanite-bench");
        Path made = folder.resolve(APPLICATION);
        CertificateAuthority authority =
                CertificateAuthority.create(made, APPLICATION, Duration.ofDays(10), null, TimeSource.system());
        for (Identity member : members) {
            authority.issue(member, KeyKind.P256, Duration.ofDays(5), KeyForm.PKCS8, null);
        }
        certificates = new CertificateFolder(made);
    }

    Credentials credentials(Identity member) {
        List<Credentials> all = certificates.credentials(member, null);
        return all.get(0);
    }

    SecureSerializer serializer(Identity member) {
        return serializer(member, null);
    }

    /** With sessions. */
    SecureSerializer withSessions(Identity member) {
        return serializer(member, SessionLimits.DEFAULT);
    }

    private SecureSerializer serializer(Identity member, @Nullable SessionLimits limits) {
        return new SecureSerializer(
                Formats.json(),
                SecureConfig.of(APPLICATION, certificates.authorities()).withSessions(limits),
                certificates.credentials(member, null),
                certificates.members(),
                TimeSource.system());
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(Members::delete);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
