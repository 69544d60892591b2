package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Serializer;
import io.nanite.secure.CertificateFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Whose certificates count, and what this process signs with, where packets are signed and encrypted. */
final class SecureOptions {

    private static final Logger LOG = LoggerFactory.getLogger(SecureOptions.class);

    @Option(
            scope = ScopeType.INHERIT,
            names = "--certificates",
            paramLabel = "DIR",
            description = "with --format secure: the folder that nanite cert makes (default: certificates)")
    @Nullable
    Path certificates;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--key-pass-file",
            paramLabel = "FILE",
            description = "with --format secure: a file with the password of the key, which only its owner may read")
    @Nullable
    Path keyPassFile;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--no-introductions",
            negatable = true,
            fallbackValue = "true",
            description =
                    "with --format secure: no certificate travels with what it signed, and none is learned from there; each folder "
                            + "needs those of all members")
    boolean noIntroductions;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--secure-sessions",
            negatable = true,
            fallbackValue = "true",
            description =
                    "with --format secure: agree on keys for what is asked and answered, with agents and mappers that do too")
    boolean sessions;

    private final List<SecureMember> members = new ArrayList<>();
    private @Nullable EventLoop loop;

    /** Signs and encrypts as this member. */
    synchronized Serializer serializer(Identity identity) {
        Path folder = folder();
        if (!Files.isDirectory(folder)) {
            throw ConfigException.of("--certificates", folder, "a folder that nanite cert has made");
        }
        SecureMember member = new SecureMember(
                new CertificateFolder(folder), identity, password(), !noIntroductions, sessions, Formats.json());
        members.add(member);
        return member.serializer();
    }

    /** Where the certificates are. */
    Path folder() {
        return certificates == null ? Path.of("certificates") : certificates;
    }

    /** What opens the key; null where it has no password. */
    @Nullable
    Secret password() {
        return keyPassFile == null ? null : PasswordOptions.read("--key-pass-file", keyPassFile);
    }

    /** Follows from now on what changes in the folder, until {@link #close}. */
    synchronized void watch() {
        if (members.isEmpty()) {
            return;
        }
        EventLoop looking = new SingleThreadLoop(
                "certificates", error -> LOG.error("the certificates could not be looked at", error));
        members.forEach(member -> member.watch(looking));
        loop = looking;
    }

    /** Looks no more. */
    synchronized void close() {
        if (loop != null) {
            loop.close();
        }
    }
}
