package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.dist.Running.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The demonstration tells a true story, and takes everybody in it home. */
class DemoIT {

    private static final Pattern CAST = Pattern.compile("fred \\(pid (\\d+)\\) and bob \\(pid (\\d+)\\)");

    private final Shell shell = Shell.open();

    @BeforeAll
    static void warmUp() throws InterruptedException {
        Shell.warmUp();
    }

    @AfterEach
    void endAll() throws InterruptedException {
        shell.close();
    }

    private static void tellsTheStory(Running demo) throws InterruptedException {
        List<ProcessHandle> cast = cast(demo);
        Ended ended = demo.awaitEnd();
        assertThat(ended.code()).as(demo.toString()).isZero();
        assertThat(ended.out())
                .containsSubsequence(
                        "1. A broker runs in this process, on 127.0.0.1:",
                        "2. Two agents start as processes of their own: fred",
                        "3. A mapper hears them. Nobody told it where they are:",
                        "/simple/echo",
                        "4. A request goes to the least loaded of them:",
                        "$ nanite-mapper request /simple/echo \"hello\"",
                        ":\"hello\"}",
                        "5. A request to all of them:",
                        "6. kill -9 ",
                        "is dead, and nobody has told the mapper. The next ten requests:",
                        "all ten answered by ",
                        "7. The mapper has noticed, and knows only ",
                        "That was the whole fabric.");
        assertThat(ended.out()).contains("\"fred\":\"hello all\"", "\"bob\":\"hello all\"");
        assertThat(ended.err()).isEmpty();
        assertThat(cast).noneMatch(ProcessHandle::isAlive);
    }

    /** Those whom it has started, by what it says itself. */
    private static List<ProcessHandle> cast(Running demo) throws InterruptedException {
        Matcher cast = CAST.matcher(demo.awaitLine("2. Two agents"));
        assertThat(cast.find()).isTrue();
        return List.of(Long.parseLong(cast.group(1)), Long.parseLong(cast.group(2))).stream()
                .map(ProcessHandle::of)
                .flatMap(Optional::stream)
                .toList();
    }

    @Test
    void itTellsItsStory() throws InterruptedException {
        tellsTheStory(shell.start("nanite", "demo"));
    }

    @Test
    void itTellsItsStoryOnAnotherJava() throws InterruptedException {
        String home = System.getenv("JAVA25_HOME");
        Assumptions.assumeTrue(home != null && Files.isDirectory(Path.of(home)), "no JAVA25_HOME here");
        Shell other = shell.with("JAVA_HOME", String.valueOf(home));
        other.run("nanite", "--version");
        tellsTheStory(other.start("nanite", "demo"));
    }

    @Test
    void whatIsSetForAnotherFabricDoesNotDisturbIt() throws InterruptedException {
        tellsTheStory(shell.with("NANITE_HOST", "no-such-host.invalid")
                .with("NANITE_PASS", "another")
                .with("NANITE_VHOST", "/another")
                .with("NANITE_TAGS", "another")
                .start("nanite", "demo"));
    }

    @Test
    void itsAgentsEndWithItWhenItIsToldToEnd() throws InterruptedException {
        Running demo = shell.start("nanite", "demo");
        List<ProcessHandle> cast = cast(demo);
        demo.signal("TERM");
        assertThat(demo.awaitEnd().code()).isEqualTo(143);
        allEnd(cast);
    }

    @Test
    void itsAgentsEndWithItEvenWhenItIsKilled() throws InterruptedException {
        Running demo = shell.start("nanite", "demo");
        List<ProcessHandle> cast = cast(demo);
        demo.awaitLine("3. A mapper hears them");
        demo.signal("KILL");
        allEnd(cast);
    }

    private static void allEnd(List<ProcessHandle> cast) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(cast)
                .noneMatch(ProcessHandle::isAlive));
    }
}
