package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts for shells, in the shells. */
class CompletionTest {

    /** Types into an interactive zsh, and shows its screen as soon as there is what is expected. */
    private static final String TYPIST = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "PS1=; autoload -U compinit; compinit -u -D; source $1; print ready-$((1+1))"
            zpty -r shell seen '*ready-2*'
            zpty -n -w shell "$2"$'\\t\\t'
            zpty -r shell seen "*$3*"
            print -r -- $seen
            zpty -d shell
            """;

    @TempDir
    Path folder;

    private Path script(String shell) throws IOException {
        Cli.Ended ended = Cli.plain().run("completion", shell);
        assertThat(ended.err()).isEmpty();
        assertThat(ended.code()).isZero();
        return Files.writeString(folder.resolve("nanite." + shell), ended.out());
    }

    private String shell(String shell, String... arguments) throws IOException, InterruptedException {
        Assumptions.assumeTrue(isHere(shell), shell + ": not on this machine");
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of(shell), Stream.of(arguments)).toList())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(out.toFile())
                .directory(folder.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("ended within a minute, with %s", Files.readString(out))
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    private static boolean isHere(String shell) {
        return Stream.of(String.valueOf(System.getenv("PATH")).split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, shell)));
    }

    @ParameterizedTest
    @CsvSource({
        "nanite mapper req, request",
        "nanite-mapper req, request",
        "nanite-mapper request --selector ra, random",
        "nanite-agent --thr, --threadpool",
        "nanite --ver, --version",
        "nanite age, agent"
    })
    void bashCompletesWhatIsTyped(String typed, String completed) throws Exception {
        List<String> words = List.of(typed.split(" ", -1));
        String program = words.get(0);
        String asked =
                "source '%s'; compopt() { :; }; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_%s; echo \"${COMPREPLY[@]}\""
                        .formatted(script("bash"), typed, words.size() - 1, program);
        assertThat(shell("bash", "--norc", "-c", asked).strip().split(" ", -1)).contains(completed);
    }

    @ParameterizedTest
    @CsvSource({
        "'nanite mapper req', request",
        "'nanite-mapper req', request",
        "'nanite-mapper request --selector ', least_loaded",
        "'nanite-agent --thr', --threadpool",
        "'nanite --ver', --version",
        "'nanite ', Hosts the actors"
    })
    void fishCompletesWhatIsTyped(String typed, String completed) throws Exception {
        String asked = "source '%s'; complete -C '%s'".formatted(script("fish"), typed);
        assertThat(shell("fish", "--no-config", "-c", asked)).contains(completed);
    }

    @ParameterizedTest
    @CsvSource({
        "'nanite mapper req', request",
        "'nanite-mapper req', request",
        "'nanite-mapper request --selector ', least_loaded",
        "'nanite-agent --thr', --threadpool",
        "'nanite --ver', --version",
        "'nanite ', Hosts the actors"
    })
    void zshCompletesWhatIsTyped(String typed, String completed) throws Exception {
        Path typist = Files.writeString(folder.resolve("typist.zsh"), TYPIST);
        assertThat(shell("zsh", "-f", typist.toString(), script("zsh").toString(), typed, completed))
                .contains(completed);
    }

    @Test
    void noShellIsTaughtWhatNoHelpShows() throws IOException {
        for (String shell : List.of("bash", "zsh", "fish")) {
            assertThat(Files.readString(script(shell))).doesNotContain("end-with", "soak-agent", "warm-up");
        }
    }

    @Test
    void anUnknownShellIsNamed() {
        Cli.Ended ended = Cli.plain().run("completion", "tcsh");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).isEqualTo("SHELL: tcsh (expected: bash, zsh or fish)%n".formatted());
    }
}
