package io.nanite.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A terminal in which one command runs: somebody types into it, and reads what is on its screen. Closing it ends the command.
 * One thread.
 */
final class Tmux implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String REQUIRE = "NANITE_REQUIRE_TMUX";

    /** Said by the shell behind the command, so that the end shows on the screen. */
    private static final String ENDED = "ended with ";

    private final Path socket;

    private Tmux(Path socket) {
        this.socket = socket;
    }

    /** Skips the test where there is no tmux, with the reason; fails it where there must be one. */
    static void assumeInstalled() {
        boolean installed = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "tmux")));
        if (!installed && Boolean.parseBoolean(System.getenv(REQUIRE))) {
            Assertions.fail("tmux: not on this machine, and " + REQUIRE + " is true");
        }
        Assumptions.assumeTrue(installed, "tmux: not on this machine (expected: tmux on the PATH)");
    }

    /** Starts the command in a terminal of this size; the socket is a file that is not there yet. */
    static Tmux start(Path socket, Path folder, int columns, int rows, List<String> command) {
        Tmux tmux = new Tmux(socket);
        StringBuilder line =
                new StringBuilder("cd ").append(quoted(folder.toString())).append("; env");
        for (String name : System.getenv().keySet()) {
            if (name.startsWith("NANITE_") && !name.equals("NANITE_CI_RUN")) {
                line.append(" -u ").append(name);
            }
        }
        line.append(" JAVA_HOME=").append(quoted(System.getProperty("java.home")));
        command.forEach(word -> line.append(' ').append(quoted(word)));
        line.append("; echo ").append(ENDED).append("$?; exec cat");
        tmux.run(
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-x",
                Integer.toString(columns),
                "-y",
                Integer.toString(rows),
                line.toString());
        return tmux;
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** Types this, letter by letter. */
    Tmux type(String text) {
        run("send-keys", "-l", "--", text);
        return this;
    }

    /** Presses a key by its name: Enter, Tab, Up, C-c. */
    Tmux press(String key) {
        run("send-keys", key);
        return this;
    }

    /** Types a line and presses Enter. */
    Tmux enter(String line) {
        return type(line).press("Enter");
    }

    void resize(int columns, int rows) {
        run("resize-window", "-x", Integer.toString(columns), "-y", Integer.toString(rows));
    }

    /** The lines that are on the screen, without those that are empty at its end. */
    List<String> screen() {
        return run("capture-pane", "-p")
                .stripTrailing()
                .lines()
                .map(String::stripTrailing)
                .toList();
    }

    /** The line that the cursor is in: the last one. */
    String last() {
        List<String> screen = screen();
        return screen.isEmpty() ? "" : screen.get(screen.size() - 1);
    }

    /** Waits until the screen is so, and returns it. */
    List<String> await(String what, Predicate<List<String>> wanted) {
        List<List<String>> seen = new ArrayList<>();
        try {
            Awaitility.await(what)
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        seen.clear();
                        seen.add(screen());
                        return wanted.test(seen.get(0));
                    });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(
                    "%s (expected on the screen):%n%s".formatted(what, String.join("\n", screen())), e);
        }
        return seen.get(0);
    }

    /** Waits until a line of the screen has this in it. */
    List<String> awaitText(String text) {
        return await(text, screen -> screen.stream().anyMatch(line -> line.contains(text)));
    }

    /** Waits until the last line is this. */
    List<String> awaitLast(String line) {
        return await(
                "at the end: " + line,
                screen -> !screen.isEmpty() && screen.get(screen.size() - 1).equals(line));
    }

    /** Waits until the command has ended with this code. */
    void awaitEnd(int code) {
        awaitText(ENDED + code);
    }

    @Override
    public void close() {
        run("kill-server");
    }

    private String run(String... arguments) {
        List<String> command = new ArrayList<>(List.of("tmux", "-S", socket.toString()));
        command.addAll(Arrays.asList(arguments));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().remove("TMUX");
            builder.environment().put("LC_ALL", "C.UTF-8");
            Process process = builder.start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError("%s: %s (expected: to work)".formatted(command, said));
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
