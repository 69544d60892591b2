package io.nanite.cli;

import io.nanite.core.packet.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Ends a daemon and starts it again as it was. */
@Command(
        name = "restart",
        description =
                "Ends one that runs here in the background, in good order, and starts it again with the flags, the "
                        + "folder and the settings that it was started with.")
final class RestartCommand extends LocalCommand {

    private static final String OURS = "NANITE_";

    @Override
    int run() throws InterruptedException {
        Identity identity = one();
        Map<String, @Nullable Object> status = ask(identity, Map.of("ask", "status"));
        long pid = Ending.pid(folder(), identity);
        if (!Boolean.TRUE.equals(status.get("daemon"))) {
            throw new NotRunningException(
                    "%s: pid %d runs in the foreground (expected: a daemon; who has started this one restarts it)"
                            .formatted(identity, pid));
        }
        Map<String, String> environment = environment(pid);
        if (!Ending.inGoodOrder(pid, Duration.ofSeconds(Statuses.number(status, "grace_s")))) {
            throw new UnansweredException(
                    "%s: pid %d still runs (expected: to have ended by now)".formatted(identity, pid), null);
        }
        Background background = new Background(
                common, identity, new RunFolder(Path.of(text(status, "pid_dir"))), Path.of(text(status, "log")));
        return background.start(
                Objects.requireNonNull((List<?>) status.get("arguments"), "arguments").stream()
                        .map(String::valueOf)
                        .toList(),
                Path.of(text(status, "directory")),
                environment);
    }

    private static String text(Map<String, @Nullable Object> status, String name) {
        return String.valueOf(status.get(name));
    }

    /** Its settings, the password among them; where the system does not show them, ours have to do. */
    private static Map<String, String> environment(long pid) {
        Map<String, String> environment = new TreeMap<>();
        try {
            String variables =
                    Files.readString(Path.of("/proc", Long.toString(pid), "environ"), StandardCharsets.UTF_8);
            for (String variable : variables.split("\0", -1)) {
                int equals = variable.indexOf('=');
                if (variable.startsWith(OURS) && equals > 0) {
                    environment.put(variable.substring(0, equals), variable.substring(equals + 1));
                }
            }
        } catch (IOException e) {
            environment.clear();
        }
        return environment;
    }
}
