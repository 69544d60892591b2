package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The unit is one that systemd understands, and it says what it must. */
class ServiceInstallTest {

    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");

    @TempDir
    Path folder;

    private Path home = Path.of("");
    private Path root = Path.of("");

    @BeforeEach
    void install() throws IOException {
        home = folder.resolve("an installation");
        Path bin = Files.createDirectories(home.resolve("bin"));
        for (String launcher : List.of("nanite-agent", "nanite-mapper")) {
            Path file = Files.writeString(bin.resolve(launcher), "#!/bin/sh\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        root = Files.createDirectories(folder.resolve("50% of \\ \"fred\"'s $HOME"));
    }

    private Cli.Ended install(String... args) {
        List<String> all = new ArrayList<>(List.of("service", "install"));
        all.addAll(Arrays.asList(args));
        if (!all.contains("--run-as")) {
            all.addAll(2, List.of("--run-as", "root"));
        }
        return Cli.plain()
                .with("NANITE_HOME", home.toString())
                .with("JAVA_HOME", System.getProperty("java.home"))
                .run(all.toArray(String[]::new));
    }

    private String unit(String... args) {
        Cli.Ended ended = install(args);
        assertThat(ended.err()).isEmpty();
        assertThat(ended.code()).isZero();
        return ended.out();
    }

    /** What systemd has against this unit. */
    private String verify(String unit) throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isExecutable(ANALYZE), "systemd-analyze: not on this machine");
        Path file = Files.writeString(folder.resolve("nanite-fred.service"), unit);
        Process process = new ProcessBuilder(ANALYZE.toString(), "verify", "--man=no", file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        // It also loads the units that ours names, and may be in no state to do so.
        return said.lines().filter(line -> line.contains("nanite-fred")).reduce("", (all, line) -> all + line + "\n")
                + (code == 0 || !said.contains("nanite-fred") ? "" : "code " + code);
    }

    @Test
    void systemdHasNothingAgainstIt() throws Exception {
        String root = this.root.toString();
        assertThat(verify(unit("--print", "agent", "-t", "fred", "-n", root, "--", "--tag", "a b,$x", "--tls")))
                .isEmpty();
        assertThat(verify(unit("--print", "mapper", "-t", "web1"))).isEmpty();
    }

    @Test
    void itWouldHaveSomethingAgainstAWrongOne() throws Exception {
        String unit = unit("--print", "-t", "fred");
        assertThat(verify(unit.replace("Type=exec", "Type=soon"))).isNotEmpty();
        assertThat(verify(unit.replace(home.toString(), "/no/such/folder"))).isNotEmpty();
    }

    @Test
    void itSaysWhatItMust() {
        assertThat(unit("--print", "agent", "-t", "fred", "-n", root.toString(), "--grace", "2m", "--", "--tag", "a b"))
                .contains(
                        "\nUser=root\n",
                        "\nTimeoutStopSec=135\n",
                        "\nKillSignal=SIGTERM\n",
                        "\nRestart=on-failure\n",
                        "\nRestartPreventExitStatus=2 5\n",
                        "\nEnvironmentFile=-/etc/nanite/nanite-fred.env\n",
                        "\nRuntimeDirectory=nanite-fred\n",
                        "\nExecStart=\"" + home + "/bin/nanite-agent\" --token fred --nanite \"",
                        "/50%% of \\\\ \\\"fred\\\"'s $$HOME\" --pid-dir /run/nanite-fred --tag \"a b\" --grace 120000ms\n")
                .doesNotContain("MemoryDenyWriteExecute=", "testing");
        assertThat(unit("--print", "mapper", "-t", "web1"))
                .contains("/bin/nanite-mapper\" --token web1", "\nTimeoutStopSec=15\n")
                .doesNotContain("--grace");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-t fred | --print: missing (expected: to be there: a unit is printed, and put in its place by an administrator)",
                "--print | --token: none (expected: the name of the process, the same at every start)",
                "--print -t fr.ed | --token: fr.ed (expected: 1-64 of A-Z a-z 0-9 _ -, a letter or digit first)",
                "--print admin -t fred | KIND: admin (expected: agent or mapper)",
                "--print -t fred --run-as a.b | --run-as: a.b (expected: the name of a user of this system)"
            })
    void whatIsWrongIsSaid(String args, String line) {
        Cli.Ended ended = install(args.split(" "));
        assertThat(ended.err()).isEqualTo(line + System.lineSeparator());
        assertThat(ended.out()).isEmpty();
        assertThat(ended.code()).isEqualTo(2);
    }
}
