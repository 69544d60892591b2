package io.nanite.cli;

import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.packet.Identity;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Who may offer and call what, by a file that is read again when it has changed. */
final class PolicyOptions {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyOptions.class);

    @Option(
            scope = ScopeType.INHERIT,
            names = "--policy",
            paramLabel = "FILE",
            description =
                    "who may offer and who may call what; read again when it has changed (default: everybody all)")
    @Nullable
    Path file;

    private @Nullable EventLoop loop;

    /** What the file says; null if there is none. Throws {@link io.nanite.core.ConfigException} if it is wrong. */
    @Nullable
    PolicyWatch read() {
        return file == null ? null : new PolicyWatch(file);
    }

    /** Reads the file again when it changes, until this is closed; {@code changed} is told. */
    synchronized void watch(PolicyWatch watch, Identity self, Runnable changed) {
        loop = new SingleThreadLoop(self + "-policy", error -> LOG.error("the policy could not be looked at", error));
        watch.watch(loop, changed);
    }

    /** Looks no more. Doing it twice, or without having looked, does nothing. */
    synchronized void close() {
        if (loop != null) {
            loop.close();
        }
    }
}
