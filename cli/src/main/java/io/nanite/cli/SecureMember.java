package io.nanite.cli;

import io.nanite.core.Secret;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.serializer.Serializer;
import io.nanite.secure.CertificateException;
import io.nanite.secure.CertificateFolder;
import io.nanite.secure.Credentials;
import io.nanite.secure.DirectoryCertificates;
import io.nanite.secure.RegistryCertificates;
import io.nanite.secure.SecureConfig;
import io.nanite.secure.SecureSerializer;
import io.nanite.secure.SessionLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of an application and its folder of certificates. What changes in the folder is read again: others' certificates,
 * what was called back, and its own credentials after a renewal. A folder that is wrong changes nothing but the log. Looked
 * after on a loop; the serializer is for any thread.
 */
final class SecureMember {

    private static final Logger LOG = LoggerFactory.getLogger(SecureMember.class);

    private static final Duration LOOK = Duration.ofSeconds(2);

    /** Of so many members the certificates are learned: 20 MB or so. */
    private static final int MOST_LEARNED = 20_000;

    /** Somebody is told that a certificate ends at each of these, once. */
    private static final List<Duration> WARNINGS = List.of(Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30));

    /** What shows that a file has changed. */
    private record Stamp(Object modified, long size) {}

    private final CertificateFolder folder;
    private final Identity identity;
    private final @Nullable Secret password;
    private final TimeSource time = TimeSource.system();
    private final DirectoryCertificates store;
    private final SecureSerializer serializer;
    private Map<Path, Stamp> read;
    private Map<Path, Stamp> seen;
    private Instant end;
    private @Nullable Duration warned;

    /** Reads the folder; throws {@link CertificateException} that says what is wrong with it. */
    SecureMember(CertificateFolder folder, Identity identity, @Nullable Secret password, Serializer inner) {
        this(folder, identity, password, false, false, inner);
    }

    /** As above; {@code introduces} is whether certificates travel, {@code sessions} whether it agrees on sessions with others. */
    SecureMember(
            CertificateFolder folder,
            Identity identity,
            @Nullable Secret password,
            boolean introduces,
            boolean sessions,
            Serializer inner) {
        this.folder = folder;
        this.identity = identity;
        this.password = password;
        read = stamps();
        seen = read;
        List<Credentials> credentials = folder.credentials(identity, password);
        store = folder.members();
        serializer = new SecureSerializer(
                inner,
                SecureConfig.of(CertificateFolder.application(credentials), folder.authorities())
                        .withCarriesCertificates(introduces)
                        .withSessions(sessions ? SessionLimits.DEFAULT : null),
                credentials,
                introduces ? new RegistryCertificates(store, MOST_LEARNED, time) : store,
                time);
        end = endOf(credentials);
    }

    SecureSerializer serializer() {
        return serializer;
    }

    /** Looks at the folder every other second from now on. */
    void watch(EventLoop loop) {
        loop.execute(this::warn);
        loop.every(LOOK, this::look);
    }

    /** What has changed is read when it has not changed since the last look: somebody may still write. */
    private void look() {
        Map<Path, Stamp> before = seen;
        Map<Path, Stamp> now = stamps();
        seen = now;
        if (now.equals(before) && !now.equals(read)) {
            read = now;
            try {
                List<Credentials> credentials = folder.credentials(identity, password);
                store.reload();
                serializer.use(credentials);
                if (!end.equals(endOf(credentials))) {
                    end = endOf(credentials);
                    warned = null;
                }
                LOG.info("{}: the certificates in {} were read again", identity, folder.path());
            } catch (CertificateException e) {
                LOG.warn("{}: the certificates stay as they were: {}", identity, e.getMessage());
            }
        }
        warn();
    }

    private static Instant endOf(List<Credentials> credentials) {
        return credentials.get(0).certificate().getNotAfter().toInstant();
    }

    private void warn() {
        Duration left = Duration.between(time.now(), end);
        for (Duration warning : WARNINGS) {
            if (left.compareTo(warning) < 0) {
                if (!warning.equals(warned)) {
                    warned = warning;
                    LOG.warn("{}: its certificate ends in {} days, at {}; renew it", identity, left.toDays(), end);
                }
                return;
            }
        }
    }

    private Map<Path, Stamp> stamps() {
        Map<Path, Stamp> stamps = new HashMap<>();
        try (Stream<Path> files = Files.list(folder.path())) {
            for (Path file : files.toList()) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                stamps.put(file, new Stamp(attributes.lastModifiedTime(), attributes.size()));
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("{}: {} cannot be looked at now: {}", identity, folder.path(), e.toString());
            return Map.of();
        }
        return stamps;
    }
}
