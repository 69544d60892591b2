package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** What commands have in common that ask or end a process of this machine: whom they mean, and how they speak to it. */
abstract class LocalCommand implements Callable<Integer> {

    /** A process that answers at all answers at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Mixin
    CommonOptions common = new CommonOptions();

    @ParentCommand
    @Nullable
    Residence residence;

    @Override
    public final Integer call() throws InterruptedException {
        Logging.level(residence().broker().logLevel, Level.WARN);
        return run();
    }

    /** Does it, and returns the exit code. */
    abstract int run() throws InterruptedException;

    final Residence residence() {
        if (residence == null) {
            throw new IllegalStateException("a command without an agent or mapper above it");
        }
        return residence;
    }

    final RunFolder folder() {
        return residence().daemon().runFolder(residence().root());
    }

    /** Whom the token means, running or not; null if there is none. */
    final @Nullable Identity named() {
        String token = residence().broker().token;
        return token == null ? null : residence().identity(token);
    }

    /** All that run here and are of this kind. */
    final List<Identity> running() {
        return folder().holders().stream()
                .filter(identity -> identity.equals(residence().identity(identity.name())))
                .toList();
    }

    /** The one that is named, else the only one that runs. Throws if there is none, or several. */
    final Identity one() {
        Identity named = named();
        if (named != null) {
            if (folder().holder(named).isEmpty()) {
                throw new NotRunningException(
                        "%s: does not run (expected: one that has its lock in %s)".formatted(named, folder().path()));
            }
            return named;
        }
        List<Identity> running = running();
        if (running.size() > 1) {
            throw ConfigException.of(
                    "token",
                    "none",
                    "one of " + running.stream().map(Identity::name).collect(Collectors.joining(", ")));
        }
        return running.stream()
                .findFirst()
                .orElseThrow(() -> new NotRunningException(
                        "token: none (expected: somebody who runs in %s)".formatted(folder().path())));
    }

    /** Asks, and returns the answer. Throws if it does not run, or does not answer. */
    final Map<String, @Nullable Object> ask(Identity identity, Map<String, @Nullable Object> question) {
        Map<String, @Nullable Object> answer;
        try {
            answer = Json.object(LocalLine.ask(folder().socket(identity), Json.line(question), PATIENCE));
        } catch (IOException e) {
            String pid = folder().holder(identity)
                    .orElseThrow(
                            () -> new NotRunningException("%s: does not run (expected: one that has its lock in %s)"
                                    .formatted(identity, folder().path())));
            throw new UnansweredException(
                    "%s: pid %s does not answer: %s (expected: to be ready, and not stopped)"
                            .formatted(identity, pid, e.getMessage()),
                    e);
        }
        if (answer.get("error") != null) {
            throw new UnansweredException(Printable.of(String.valueOf(answer.get("error"))), null);
        }
        return answer;
    }
}
