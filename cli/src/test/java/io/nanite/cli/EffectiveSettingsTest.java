package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/** What a command would do, printed so that it can be kept. */
class EffectiveSettingsTest {

    @TempDir
    Path root;

    private Cli cli() {
        return Cli.plain().in(root);
    }

    private void write(String... lines) throws IOException {
        Files.writeString(root.resolve("config.yml"), String.join("\n", lines) + "\n");
    }

    @Test
    void eachValueStandsWithWhereItComesFrom() throws IOException {
        write("vhost: /from-file", "tags: [gpu, 'two words']");
        Cli.Ended ended =
                cli().with("NANITE_HOST", "rabbit1,rabbit2:5673").run("agent", "--ping-time", "90s", "--print-config");

        assertThat(ended.err()).isEmpty();
        assertThat(ended.code()).isZero();
        assertThat(ended.out().lines())
                .contains(
                        "vhost: /from-file  # " + root.resolve("config.yml") + ": vhost",
                        "tags: [gpu, 'two words']  # " + root.resolve("config.yml") + ": tags",
                        "host: 'rabbit1,rabbit2:5673'  # NANITE_HOST",
                        "ping_time: 90s  # typed",
                        "# grace: 30s  # default",
                        "# token:  # default",
                        "# how often it says that it is alive (default: 15s)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "mapper", "broker"})
    void whatIsPrintedMakesTheSameSettingsAgain(String command) throws IOException {
        String odd = "a'b: # \"c\" \\ ${x}\t\u00e9";
        Cli odder = cli().with("NANITE_USER", odd)
                .with("NANITE_VHOST", "yes")
                .with("NANITE_HEARTBEAT", "1500ms")
                .with("NANITE_PORT", "0777")
                .with("NANITE_TAGS", "007,null,[x, y")
                .with("NANITE_BIND", "{}")
                .with("NANITE_DATA", "~")
                .with("NANITE_NO_PACKS", "true")
                .with("NANITE_ACK", "EARLY")
                .with("NANITE_QUEUE_TYPE", "Quorum");
        String printed = odder.run(command, "--print-config").out();
        Map<String, Object> before = values(odder, command);

        write(printed);

        assertThat(values(cli(), command)).isEqualTo(before);
    }

    private static Map<String, Object> values(Cli cli, String command) {
        Map<String, Object> values = new TreeMap<>();
        for (OptionSpec option : cli.options(command)) {
            values.put(option.longestName(), String.valueOf(cli.value(option.longestName(), command)));
        }
        assertThat(values).hasSizeGreaterThan(3);
        return values;
    }

    @Test
    void aPasswordIsNeverShown() throws IOException {
        write("pass: canary-of-the-file");
        String fromFile = cli().run("agent", "--print-config").out();
        String fromEnvironment = cli().with("NANITE_PASS", "canary-set")
                .run("mapper", "--print-config")
                .out();
        String typed =
                cli().run("mapper", "-p", "canary-typed", "--print-config").out();

        assertThat(fromFile + fromEnvironment + typed).doesNotContain("canary");
        assertThat(fromFile).contains("# pass: ***  # " + root.resolve("config.yml"));
        assertThat(fromEnvironment).contains("# pass: ***  # NANITE_PASS");
        assertThat(typed).contains("# pass: ***  # typed");
    }

    @Test
    void whatWouldNotRunIsNotPrinted() {
        Cli.Ended ended = cli().run("agent", "--ping-time", "61m", "--print-config");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).isEqualTo("--ping-time: 61m (expected: 100 ms to 1 h)%n".formatted());
    }

    @Test
    void theWishToSeeThemIsNoSetting() throws IOException {
        assertThat(cli().with("NANITE_PRINT_CONFIG", "true").run("agent").code())
                .isEqualTo(2);
        write("print_config: true");
        assertThat(cli().run("agent").err()).startsWith(root.resolve("config.yml") + ": key: print_config");
    }
}
