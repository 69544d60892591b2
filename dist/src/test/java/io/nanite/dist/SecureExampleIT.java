package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.dist.Running.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The secure example, as somebody runs it. */
class SecureExampleIT {

    private final Shell shell = Shell.open();

    @TempDir
    Path temporary;

    @BeforeAll
    static void warmUp() throws InterruptedException {
        Shell.warmUp();
    }

    @AfterEach
    void endAll() throws InterruptedException {
        shell.close();
    }

    @Test
    void membersSpeakStrangersHearNobodyAndNothingIsLeft() throws InterruptedException, IOException {
        String run = Shell.installation().resolve("examples/secure/run").toString();

        Ended ended = shell.with("TMPDIR", temporary.toString())
                .startProgram(List.of(run))
                .awaitEnd();

        assertThat(ended.code()).as(ended.toString()).isZero();
        assertThat(ended.out())
                .containsSubsequence(
                        "authority of shop until ",
                        "nanite-a1: certificate ",
                        "3. An agent and a mapper",
                        "{\"a1\":\"hello world!\"}",
                        "4. Somebody with the broker's password",
                        "(exit 6)",
                        "5. Nor does somebody",
                        "(exit 6)",
                        "nanite-a1: called back ",
                        "(exit 6)",
                        "That was it.")
                .doesNotContain("let me in\"}", "are you there?\"}");
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }
}
