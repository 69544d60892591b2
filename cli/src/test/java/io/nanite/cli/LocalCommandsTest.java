package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that ask or end what runs on this machine, where nothing runs, or somebody else, or something that hangs. */
@SuppressWarnings("try") // names are held, and nothing else is done with them
class LocalCommandsTest {

    @TempDir
    Path root;

    private Path run() {
        return root.toAbsolutePath().resolve("run");
    }

    private static void says(Cli.Ended ended, int code, String line) {
        assertThat(ended.err()).isEqualTo(line + System.lineSeparator());
        assertThat(ended.out()).isEmpty();
        assertThat(ended.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "stop --now", "status", "restart", "log-level debug"})
    void sevenIfItDoesNotRun(String command) {
        for (String kind : new String[] {"agent", "mapper"}) {
            String[] words = (kind + " " + command).split(" ");
            says(
                    Cli.plain().in(root).with("NANITE_TOKEN", "fred").run(words),
                    7,
                    "%s-fred: does not run (expected: one that has its lock in %s)"
                            .formatted(kind.equals("agent") ? "nanite" : "mapper", run()));
            says(
                    Cli.plain().in(root).run(words),
                    7,
                    "token: none (expected: somebody who runs in %s)".formatted(run()));
        }
    }

    @Test
    void severalAreNamedIfNobodyIsMeant() throws Exception {
        RunFolder folder = new RunFolder(run());
        try (var fred = folder.claim(Identity.agent("fred"));
                var bob = folder.claim(Identity.agent("bob"));
                var web = folder.claim(Identity.mapper("web"))) {
            says(Cli.plain().in(root).run("agent", "stop"), 2, "token: none (expected: one of bob, fred)");
            says(
                    Cli.plain().in(root).run("agent", "status", "-t", "fred"),
                    1,
                    "nanite-fred: pid %d does not answer: No such file or directory (expected: to be ready, and not stopped)"
                            .formatted(ProcessHandle.current().pid()));
        }
    }

    @Test
    void aSecondStartUnderANameIsRefusedBeforeAnythingElseHappens() throws Exception {
        RunFolder folder = new RunFolder(run());
        String line = "%s: runs already, pid %d (expected: nobody of this name in %s)";
        try (var fred = folder.claim(Identity.agent("fred"));
                var web = folder.claim(Identity.mapper("web"))) {
            long pid = ProcessHandle.current().pid();
            says(Cli.plain().in(root).run("agent", "-t", "fred"), 7, line.formatted("nanite-fred", pid, run()));
            says(Cli.plain().in(root).run("mapper", "-t", "web"), 7, line.formatted("mapper-web", pid, run()));
        }
        assertThat(run()).doesNotExist();
    }

    @Test
    void whatAnswersIsShown() throws Exception {
        RunFolder folder = new RunFolder(run());
        Identity fred = Identity.agent("fred");
        Map<String, @Nullable Object> status = new LinkedHashMap<>(Map.of(
                "process", "nanite-fred", "pid", 7, "since", "2026-01-01T00:00:00Z", "uptime_s", 7300, "daemon", true));
        status.putAll(
                Map.of("heap_used", 34L << 20, "heap_max", 512L << 20, "broker", "here", "connected", true, "jobs", 3));
        status.putAll(Map.of("slots", 64, "last_ping_s", 4, "log", "/log/nanite-fred.log"));
        try (var claim = folder.claim(fred);
                ControlSocket socket = ControlSocket.listen(folder.socket(fred), fred, question -> status)) {
            assertThat(socket).isNotNull();
            Cli.Ended ended = Cli.plain().in(root).run("agent", "status");
            assertThat(ended.out()).isEqualTo("""
                            nanite-fred runs, pid 7, since 2026-01-01T00:00:00Z (2 h)
                              broker     here: connected
                              jobs       3 of 64 slots
                              last ping  4 s ago
                              memory     heap 34 of 512 MB
                              log        /log/nanite-fred.log
                            """);
            assertThat(ended.code()).isZero();
            assertThat(Json.object(Cli.plain()
                            .in(root)
                            .run("agent", "status", "--json")
                            .out()))
                    .containsEntry("jobs", 3);
            status.put("daemon", false);
            assertThat(Cli.plain()
                            .in(root)
                            .run("agent", "restart", "-t", "fred")
                            .err())
                    .endsWith(" runs in the foreground (expected: a daemon; who has started this one restarts it)\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--log-format xml | --log-format: xml (expected: text or json)",
                "--log-size tiny | --log-size: tiny (expected: a size such as 500KB, 10MB or 1GB)",
                "--log-size 5 | --log-size: 5 (expected: a size such as 500KB, 10MB or 1GB)",
                "--log-total -1MB | --log-total: -1MB (expected: a size such as 500KB, 10MB or 1GB)",
                "--log-days 0 | --log-days: 0 (expected: 1 to 3650)",
                "--log-days many | --log-days: many (expected: a whole number)"
            })
    void aLogThatCannotBeWrittenAsWantedIsSaid(String flags, String line) {
        for (String kind : new String[] {"agent", "mapper"}) {
            says(Cli.plain().in(root).run((kind + " " + flags).split(" ")), 2, line);
        }
    }

    @Test
    void foldersThatCannotBeWrittenAreSaid() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        for (String kind : new String[] {"agent", "mapper"}) {
            says(
                    Cli.plain().in(root).run(kind, "--log-dir", file + "/log"),
                    2,
                    "--log-dir: %s/log (expected: a folder that can be written)".formatted(file));
            says(
                    Cli.plain().in(root).run(kind, "--log-dir", root + "/50%"),
                    2,
                    "--log-dir: %s/50%% (expected: a path without %%)".formatted(root));
            says(
                    Cli.plain().in(root).run(kind, "--pid-dir", file + "/run"),
                    2,
                    "--pid-dir: %s/run (expected: a folder that can be written)".formatted(file));
        }
    }

    @Test
    void aSingleCallStaysInTheForeground() {
        says(
                Cli.plain().in(root).run("mapper", "-d", "request", "/a/b"),
                2,
                "--daemonize: with a command (expected: a mapper alone)");
    }
}
