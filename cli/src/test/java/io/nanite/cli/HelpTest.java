package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class HelpTest {

    /** Every command there is, by every name it has. */
    private static Stream<List<String>> commands() {
        List<List<String>> all = new ArrayList<>();
        Main main = new Main(
                Map.of(), new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), Shutdown.never());
        collect(main.commands(), List.of(), all);
        return all.stream();
    }

    private static void collect(CommandLine command, List<String> path, List<List<String>> all) {
        all.add(path);
        command.getSubcommands().forEach((name, below) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            collect(below, longer, all);
        });
    }

    private static Cli.Ended run(List<String> command, String flag) {
        List<String> args = new ArrayList<>(command);
        args.add(flag);
        return Cli.plain().run(args.toArray(String[]::new));
    }

    @Test
    void thereAreCommandsToLookAt() {
        assertThat(commands())
                .contains(List.of(), List.of("demo"), List.of("mapper", "request"), List.of("nanite-agent"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpIsShown(List<String> command) {
        Cli.Ended ended = run(command, "--help");
        assertThat(ended.code()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out())
                .startsWith("Usage: nanite")
                .contains("--version")
                .doesNotContain("${", "(default: null)");
        assertThat(ended.out().lines().skip(1)).as("a line of help").isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theVersionIsShown(List<String> command) {
        Cli.Ended ended = run(command, "--version");
        assertThat(ended.code()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out()).matches("nanite \\d\\S* \\(Java \\S+\\)\\R");
    }

    @Test
    void aCommandIsShownAsItIsTyped() {
        assertThat(run(List.of("agent"), "--help").out()).startsWith("Usage: nanite-agent [");
        assertThat(run(List.of("mapper", "request"), "--help").out()).startsWith("Usage: nanite-mapper request [");
        assertThat(run(List.of("broker"), "--help").out()).startsWith("Usage: nanite broker [");
    }

    @Test
    void withNothingToDoTheHelpIsShown() {
        Cli.Ended ended = Cli.plain().run();
        assertThat(ended.code()).isZero();
        assertThat(ended.out()).startsWith("Usage: nanite ").contains("demo").doesNotContain("warm-up");
    }
}
