package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every command and flag that the documents name can be typed; and the check would notice one that cannot. */
class DocumentedCommandsTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling("");
    private static final Path CLI = ROOT.resolve("docs").resolve("cli.md");

    static Stream<Path> documents() throws IOException {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
                Stream<Path> examples = Files.walk(ROOT.resolve("examples"))) {
            return Stream.of(top, docs, examples)
                    .flatMap(files -> files)
                    .filter(file ->
                            file.toString().endsWith(".md") && !file.toString().contains("target"))
                    .collect(Collectors.toList())
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void whatIsWrittenCanBeTyped(Path document) throws IOException {
        assertThat(DocumentedCommands.problems(Files.readString(document))).isEmpty();
    }

    @Test
    void theReadmeShowsTheCommandsThatMatter() throws IOException {
        assertThat(Files.readString(ROOT.resolve("README.md")))
                .contains(
                        "./nanite demo",
                        "./mvnw verify",
                        "    nanite broker",
                        "    nanite-agent --token fred",
                        "    nanite-mapper request /simple/echo 'hello world!' --selector all",
                        "    nanite rabbitconf");
    }

    @Test
    void everyCommandHasASectionWithExactlyItsFlags() throws IOException {
        assertThat(DocumentedCommands.differences(Files.readString(CLI))).isEmpty();
    }

    @Test
    void everyVariableOfTheLauncherAndTheDocumentsIsAccepted() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path file : Stream.concat(Stream.of(ROOT.resolve("bin").resolve("nanite")), documents())
                .toList()) {
            DocumentedCommands.variables(Files.readString(file)).forEach(names::add);
        }
        assertThat(names).contains("NANITE_JAVA_OPTS", "NANITE_SHARED", "NANITE_PASS", "NANITE_TEST_AMQP_URI");
        Set<String> known = Settings.names(new CommandLine(DocumentedCommands.main()).getCommandSpec());
        for (String name : names) {
            assertThatCode(() -> Settings.of(Map.of(name, "1"), known)).as(name).doesNotThrowAnyException();
        }
        assertThatThrownBy(() -> Settings.of(Map.of("NANITE_PING_TIMES", "1"), known))
                .hasMessageContaining("NANITE_PING_TIME");
    }

    @Test
    void everyExitCodeIsInTheTable() throws IOException {
        assertThat(DocumentedCommands.exitCodes(Files.readString(CLI)))
                .containsExactlyElementsOf(Arrays.stream(ExitCode.values())
                        .map(code -> code.code() + " " + code.meaning())
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "    nanite-agent --tokn fred",
                "    nanite brokr",
                "    nanite-mapper request /simple/echo hi --port none",
                "    nanite-agent --ping-time soon",
                "give it `--no-such-flag`",
                "run `nanite dance` now",
                "```\n$ nanite-mapper reqest /simple/echo\n```"
            })
    void whatCannotBeTypedIsNoticed(String text) {
        assertThat(DocumentedCommands.problems(text)).hasSize(1);
    }

    @Test
    void aMissingFlagAndAMissingSectionAreNoticed() throws IOException {
        String text = Files.readString(CLI);
        assertThat(DocumentedCommands.differences(text.replaceFirst("`--bind`", "`--bond`")))
                .singleElement()
                .asString()
                .startsWith("nanite broker: lists");
        assertThat(DocumentedCommands.differences(text.replace("## nanite demo", "## nanite dance")))
                .containsExactly("nanite demo: has no section", "nanite dance: is no command");
    }
}
