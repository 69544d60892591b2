package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What the process that stays is told. */
class BackgroundTest {

    private static final Identity FRED = Identity.agent("fred");

    private static CommandSpec parsed(String... args) {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        CommandLine commands = new Main(Map.of(), nowhere, nowhere, Shutdown.never()).commands(args);
        commands.parseArgs(args);
        return Objects.requireNonNull(commands.getSubcommands().get(args[0])).getCommandSpec();
    }

    private static List<String> arguments(String... args) {
        return Background.arguments(parsed(args), FRED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-p canary",
                "-p=canary",
                "-pcanary",
                "--pass canary",
                "--pass=canary",
                "-dpcanary",
                "-dp canary",
                "-ds -pcanary"
            })
    void aPasswordIsNeverAnArgument(String typed) {
        List<String> args = new ArrayList<>(List.of("agent", "-d", "--tag", "a,b"));
        if (typed.startsWith("-d")) {
            args.remove("-d");
        }
        args.addAll(Arrays.asList(typed.split(" ")));
        CommandSpec command = parsed(args.toArray(String[]::new));
        assertThat(Background.arguments(command, FRED))
                .startsWith("nanite-agent", "--token=fred")
                .contains("--tags=a,b")
                .noneMatch(argument -> argument.contains("canary") || argument.contains("daemonize"));
        assertThat(environment(command)).isEqualTo(Map.of("NANITE_PASS", "canary"));
    }

    @Test
    void whatWasTypedIsHandedOnAndCanBeReadAgain() {
        List<String> once = arguments(
                "nanite-agent",
                "--no-tls",
                "--no-packs",
                "--single-threaded",
                "-h",
                "a,b",
                "--tag",
                "x y,z",
                "--tag",
                "w",
                "--ping-time",
                "2s",
                "-n",
                "src");
        assertThat(once)
                .contains("--host=a,b", "--tags=x y,z", "--tags=w", "--ping-time=2s", "--nanite=src", "--tls=false");
        assertThat(arguments(once.toArray(String[]::new))).containsExactlyInAnyOrderElementsOf(once);
        CommandSpec again = parsed(once.toArray(String[]::new));
        assertThat(again.findOption("--tls").<Boolean>getValue()).isFalse();
        assertThat(again.findOption("--no-packs").<Boolean>getValue()).isTrue();
        assertThat(again.findOption("--single-threaded").<Boolean>getValue()).isTrue();
    }

    @Test
    void whatWasNotTypedIsNotHandedOn() {
        assertThat(arguments("mapper", "-d")).containsExactly("nanite-mapper", "--token=fred");
        assertThat(environment(parsed("mapper", "-d"))).isEmpty();
    }

    private static Map<String, String> environment(CommandSpec command) {
        assertThat(command.userObject()).isInstanceOf(Residence.class);
        return Background.environment(command, ((Residence) command.userObject()).broker().password);
    }
}
