package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Packet;
import io.nanite.core.security.Authorizer;
import io.nanite.core.security.Decision;
import io.nanite.core.security.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy of a file, read again when the file has changed. A new one that is wrong changes nothing but the log. Asked by
 * any thread; the file is looked at on the loop.
 */
final class PolicyWatch implements Authorizer {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyWatch.class);

    private static final Duration LOOK = Duration.ofSeconds(1);

    /** What shows that a file has changed. */
    private record Stamp(
            @Nullable Object modified, long size, @Nullable Object key) {}

    private final Path file;
    private volatile Policy policy;
    private @Nullable Stamp read;
    private @Nullable Stamp seen;

    /** Reads the file; throws {@link ConfigException} that says what is wrong with it. */
    PolicyWatch(Path file) {
        this.file = file;
        read = stamp();
        seen = read;
        policy = PolicyFile.read(file);
    }

    @Override
    public Decision authorize(Packet packet) {
        return policy.authorize(packet);
    }

    /** Looks at the file each second from now on; {@code changed} is told, on the loop, of each new policy. */
    void watch(EventLoop loop, Runnable changed) {
        loop.every(LOOK, () -> look(changed));
    }

    /** A file that has changed is read when it has not changed since the last look: somebody may still write. */
    private void look(Runnable changed) {
        Stamp before = seen;
        Stamp now = stamp();
        seen = now;
        if (now == null || !now.equals(before) || now.equals(read)) {
            return;
        }
        read = now;
        try {
            policy = PolicyFile.read(file);
        } catch (ConfigException e) {
            LOG.warn("the policy stays as it was: {}", e.getMessage());
            return;
        }
        LOG.info("{}: read again, {} rules", file, policy.rules().size());
        changed.run();
    }

    private @Nullable Stamp stamp() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            return null; // for a moment, or for good: what was read counts
        }
    }
}
