package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A flag wins over the environment, that over the file, and that over what is built in. */
class SettingsTest {

    @TempDir
    Path root;

    private static Stream<Arguments> settings() {
        return Stream.of(
                one("agent", "--host", "127.0.0.1", "in.file", "in.env", "typed"),
                one("agent", "--port", null, 1111, 2222, 3333),
                one("agent", "--user", null, "file", "env", "typed"),
                one("agent", "--pass", null, "0123", "$ {x} ${sys:user.home} 'q' \\", "typed,with,commas"),
                one("agent", "--vhost", "/nanite", "/file", "/env", "/typed"),
                one("agent", "--tls", false, true, false, true),
                one("agent", "--tls", false, false, true, true),
                one("agent", "--no-packs", false, true, false, true),
                one("agent", "--no-packs", false, false, true, true),
                one("agent", "--token", null, "007", "env", "typed"),
                one("agent", "--format", "json", "smile", "json", "smile"),
                one("agent", "--secure", false, true, false, true),
                one("agent", "--heartbeat", seconds(10), seconds(1), seconds(2), seconds(3)),
                one("agent", "--log-level", null, "debug", "warn", "error"),
                one("agent", "--tags", Set.of(), Set.of("a", "b"), Set.of("c", "d"), Set.of("e", "f")),
                one("agent", "--actors", Set.of(), Set.of("a", "b"), Set.of("c", "d"), Set.of("e", "f")),
                one("agent", "--ping-time", seconds(15), seconds(60), seconds(2), seconds(3)),
                one("agent", "--threadpool", null, 1, 2, 3),
                one("agent", "--prefetch", null, 1, 2, 3),
                one("agent", "--single-threaded", false, true, false, true),
                one("agent", "--single-threaded", false, false, true, true),
                one("agent", "--grace", seconds(30), seconds(1), seconds(2), seconds(3)),
                one("agent", "--actors-dir", null, Path.of("file"), Path.of("env"), Path.of("typed")),
                one("mapper", "--agent-timeout", seconds(15), seconds(1), seconds(2), seconds(3)),
                one("mapper", "--max-pending", 10_000, 1, 2, 3),
                one("broker", "--port", 5672, 1111, 2222, 3333),
                one("broker", "--bind", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"),
                one("broker", "--data", null, Path.of("file"), Path.of("env"), Path.of("typed")),
                one("rabbitconf", "--admin-user", "guest", "file", "env", "typed"),
                one("rabbitconf", "--admin-pass", "guest", "file", "env", "typed"));
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static Arguments one(
            String command,
            String option,
            @Nullable Object standard,
            Object inFile,
            Object inEnvironment,
            Object typed) {
        return Arguments.of(command, option, standard, inFile, inEnvironment, typed);
    }

    @ParameterizedTest(name = "{0} {1}: {2}, then {3}, {4}, {5}")
    @MethodSource("settings")
    void eachSourceWinsOverTheOneBelow(
            String command, String option, @Nullable Object standard, Object inFile, Object inEnvironment, Object typed)
            throws IOException {
        Cli cli = Cli.plain().in(root);
        assertThat(cli.value(option, command)).isEqualTo(standard);

        String key = option.substring(2).replace('-', '_');
        write("%s: %s".formatted(key, yaml(inFile)));
        assertThat(cli.value(option, command)).as("in the file").isEqualTo(inFile);

        cli = cli.with("NANITE_" + key.toUpperCase(java.util.Locale.ROOT), text(inEnvironment));
        assertThat(cli.value(option, command)).as("in the environment").isEqualTo(inEnvironment);

        String[] flag =
                typed instanceof Boolean ? new String[] {command, option} : new String[] {command, option, text(typed)};
        assertThat(cli.value(option, flag)).as("typed").isEqualTo(typed);
    }

    private void write(String... lines) throws IOException {
        Files.writeString(root.resolve("config.yml"), String.join("\n", lines) + "\n");
    }

    private static String yaml(Object value) {
        return value instanceof Set<?> ? "[" + text(value) + "]" : text(value);
    }

    private static String text(Object value) {
        if (value instanceof Set<?> several) {
            return String.join(
                    ",", several.stream().map(String::valueOf).sorted().toList());
        }
        return value instanceof Duration duration ? duration.toMillis() + "ms" : value.toString();
    }

    @Test
    void aFlagTakesBackWhatIsSwitchedOnElsewhere() throws IOException {
        write("tls: true", "single_threaded: true", "no_packs: true");
        Cli cli = Cli.plain().in(root);
        assertThat(cli.value("--tls", "agent", "--no-tls")).isEqualTo(false);
        assertThat(cli.value("--single-threaded", "agent", "--no-single-threaded"))
                .isEqualTo(false);
        assertThat(cli.value("--no-packs", "agent", "--packs")).isEqualTo(false);
    }

    @Test
    void aFlagOfAMapperMayStandBeforeTheCommandBelowOrAfterIt() {
        Cli cli = Cli.plain().with("NANITE_PORT", "1111");
        assertThat(cli.value("--port", "mapper", "-P", "1", "agents")).isEqualTo(1);
        assertThat(cli.value("--port", "mapper", "agents", "-P", "1")).isEqualTo(1);
        assertThat(cli.value("--port", "mapper", "agents")).isEqualTo(1111);
    }

    @Test
    void valuesInTheFileStayAsTheyAreWritten() throws IOException {
        write("pass: 0123", "token: 0x10", "user: 1e3", "vhost: yes", "host: \"quoted\"", "heartbeat: 5");
        Cli cli = Cli.plain().in(root);
        assertThat(cli.value("--pass", "agent")).isEqualTo("0123");
        assertThat(cli.value("--token", "agent")).isEqualTo("0x10");
        assertThat(cli.value("--user", "agent")).isEqualTo("1e3");
        assertThat(cli.value("--vhost", "agent")).isEqualTo("yes");
        assertThat(cli.value("--host", "agent")).isEqualTo("quoted");
        assertThat(cli.value("--heartbeat", "agent")).isEqualTo(seconds(5));
    }

    @Test
    void aListInTheFileMayBeWrittenInEachWayOfYaml() throws IOException {
        Cli cli = Cli.plain().in(root);
        for (String list : new String[] {"tags: [a, b]", "tags:\n- a\n- b", "tags: a,b"}) {
            write(list);
            assertThat(cli.value("--tags", "agent")).as(list).isEqualTo(Set.of("a", "b"));
        }
    }

    @Test
    void keysMayBeWrittenAsFlagsAre() throws IOException {
        write("ping-time: 3s");
        assertThat(Cli.plain().in(root).value("--ping-time", "agent")).isEqualTo(seconds(3));
    }

    @Test
    void anEmptyFileSaysNothing() throws IOException {
        for (String empty : new String[] {"", "# only a comment", "---", "{}"}) {
            write(empty);
            assertThat(Cli.plain().in(root).value("--host", "agent")).as(empty).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void theFileIsFoundByEachSpellingOfTheFlag() throws IOException {
        write("host: found");
        for (String flag : new String[] {"--nanite=", "-n="}) {
            assertThat(Cli.plain().value("--host", "agent", flag + root)).isEqualTo("found");
        }
        for (String flag : new String[] {"--nanite", "-n"}) {
            assertThat(Cli.plain().value("--host", "agent", flag, root.toString()))
                    .isEqualTo("found");
        }
    }

    @Test
    void variablesOfTheLauncherAndOfTestsAreNoSettings() {
        Cli cli = Cli.plain();
        for (String name : new String[] {
            "HOME", "JAVA_OPTS", "SHARED", "BUILT", "REQUIRE_RABBITMQ", "REQUIRE_TMUX", "TEST_AMQP_URI", "RABBITMQ_HOME"
        }) {
            cli = cli.with("NANITE_" + name, "/x");
        }
        assertThat(cli.run("--version").code()).isZero();
    }

    @Test
    void variablesOfOthersAreNoneOfOurBusiness() {
        assertThat(Cli.plain().with("NANITES_HOST", "x").with("HOST", "x").value("--host", "agent"))
                .isEqualTo("127.0.0.1");
    }
}
