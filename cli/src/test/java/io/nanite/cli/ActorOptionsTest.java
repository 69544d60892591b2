package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.cli.Cli.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a folder that cannot be hosted, before anything has happened. */
class ActorOptionsTest {

    @TempDir
    Path root;

    private void written(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private Ended agent() {
        return Cli.plain().run("agent", "-n", root.toString());
    }

    @Test
    void whatDoesNotCompileIsShownWhole() throws IOException {
        written("actors/Simple.java", "class Simple {\n    int x = ;\n}\n");
        Ended ended = agent();
        assertThat(ended.code()).isEqualTo(2);
        Path file = root.resolve("actors/Simple.java");
        assertThat(ended.err()).isEqualTo("""
                        %s: not compiled (expected: Java %d)
                        %s:2: error: illegal start of expression
                            int x = ;
                                    ^
                        1 error
                        """.formatted(file, Runtime.version().feature(), file));
    }

    @Test
    void anActorWithoutAMethodIsOneSentence() throws IOException {
        written("actors/Simple.java", "@io.nanite.agent.actor.Actor class Simple {}");
        Ended ended = agent();
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).isEqualTo("actor Simple: no method (expected: at least one with @Expose)\n");
    }

    @Test
    void whatNobodyBindsIsOneSentence() throws IOException {
        written("actors/Simple.java", """
                import io.nanite.agent.actor.*;

                @Actor
                class Simple {
                    @jakarta.inject.Inject
                    Simple(java.time.Clock clock) {}
                    @Expose
                    void hi() {}
                }
                """);
        Ended ended = agent();
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err())
                .startsWith("actors of " + root.resolve("actors") + ": ")
                .contains("java.time.Clock")
                .hasLineCount(1);
    }

    @Test
    void anActorThatThrowsWhenItIsMadeIsOneSentence() throws IOException {
        written("actors/Simple.java", """
                import io.nanite.agent.actor.*;

                @Actor
                class Simple {
                    Simple() {
                        throw new IllegalStateException("no licence");
                    }
                    @Expose
                    void hi() {}
                }
                """);
        Ended ended = agent();
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err())
                .contains("java.lang.IllegalStateException: no licence")
                .hasLineCount(1);
    }
}
