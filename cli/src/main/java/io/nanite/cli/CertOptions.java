package io.nanite.cli;

import io.nanite.core.Secret;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.secure.CertificateAuthority;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the certificates are, and what opens the keys. */
final class CertOptions {

    @Option(names = "--certificates", paramLabel = "DIR", description = "the folder (default: certificates)")
    Path certificates = Path.of("certificates");

    @Option(
            names = "--key-pass-file",
            paramLabel = "FILE",
            description = "a file with the password of the keys in its first line, which only its owner may read")
    @Nullable
    Path keyPassFile;

    /** The password of the keys; null where they have none. */
    @Nullable
    Secret password() {
        return keyPassFile == null ? null : PasswordOptions.read("--key-pass-file", keyPassFile);
    }

    CertificateAuthority authority() {
        return CertificateAuthority.open(certificates, password(), TimeSource.system());
    }

    /** Members, for whom something is done. */
    static final class Members {

        @Option(
                names = "--agent",
                split = ",",
                paramLabel = "NAME",
                description = "an agent; may be given several times")
        Set<String> agents = new LinkedHashSet<>();

        @Option(
                names = "--mapper",
                split = ",",
                paramLabel = "NAME",
                description = "a mapper; may be given several times")
        Set<String> mappers = new LinkedHashSet<>();

        List<Identity> all() {
            List<Identity> all = new ArrayList<>();
            agents.forEach(name -> all.add(Names.agent("agent", name)));
            mappers.forEach(name -> all.add(Names.mapper("mapper", name)));
            return all;
        }
    }
}
