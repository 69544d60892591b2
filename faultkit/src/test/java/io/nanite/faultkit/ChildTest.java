package io.nanite.faultkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs({OS.LINUX, OS.MAC})
class ChildTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SIGKILL = 128 + 9;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private Child child;

    @AfterEach
    void close() {
        child.close();
    }

    /** Says that it is there, and waits. */
    static final class Waiting {
        public static void main(String[] args) throws InterruptedException {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("told to end")));
            System.out.println("here with " + String.join(" ", args));
            Thread.currentThread().join();
        }
    }

    @BeforeEach
    void start() throws InterruptedException {
        child = Child.start(
                "waiting",
                Child.jvm(List.of("-Xmx32m", "-XX:+UseSerialGC"), Waiting.class.getName(), "one", "two"),
                heard::add);
        child.awaitLine("here", PATIENCE);
    }

    @Test
    void aJvmOfOurClassesRunsAndIsHeard() throws Exception {
        assertThat(child.lines()).containsExactly("here with one two");
        assertThat(heard.take()).isEqualTo("here with one two");
        assertThat(child.isAlive()).isTrue();
    }

    @Test
    void killedItSaysNothing() throws Exception {
        child.kill();
        assertThat(child.awaitExit(PATIENCE)).isEqualTo(SIGKILL);
        assertThat(child.lines()).containsExactly("here with one two");
    }

    @Test
    void toldToEndItEnds() throws Exception {
        child.terminate();
        child.awaitLine("told to end", PATIENCE);
        assertThat(child.awaitExit(PATIENCE)).isEqualTo(128 + 15);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void stoppedItStandsStillAndContinuedItGoesOn() throws Exception {
        child.stop();
        Awaitility.await().until(() -> state() == 'T');
        child.resume();
        Awaitility.await().until(() -> state() == 'S');
        child.stop();
        child.kill();
        assertThat(child.isAlive()).isFalse();
    }

    /** See proc(5): behind the name in parentheses. */
    private char state() throws Exception {
        String stat = Files.readString(Path.of("/proc", Long.toString(child.pid()), "stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }

    @Test
    void whoWaitsForALineThatNeverComesHearsWhatWasSaidInstead() throws Exception {
        child.terminate();
        assertThatThrownBy(() -> child.awaitLine("never said", PATIENCE))
                .hasMessageContaining("waiting: ended (expected: a line with \"never said\"")
                .hasMessageContaining("here with one two");
        child.awaitExit(PATIENCE);
        assertThatThrownBy(() -> child.stop()).hasMessage("waiting: ended (expected: alive, to be sent STOP)");
    }
}
