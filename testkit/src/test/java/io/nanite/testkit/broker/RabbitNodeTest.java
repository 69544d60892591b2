package io.nanite.testkit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.faultkit.rabbit.RabbitBinaries;
import io.nanite.faultkit.rabbit.RabbitFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RabbitNodeTest {

    private final RabbitBinaries installed = RabbitBinaries.find()
            .orElseGet(() -> Assumptions.abort("RabbitMQ: not installed here (expected: on the PATH)"));

    @TempDir
    private Path folder;

    @Test
    void nothingIsLeftOfItWhenItIsClosed() throws Exception {
        RabbitNode node = new RabbitNode(installed);
        List<ProcessHandle> processes;
        Path home;
        String uri;
        try (node) {
            node.start();
            node.start();
            processes = node.handles();
            home = node.folder();
            uri = node.uri();
            assertThat(processes).hasSize(2).allMatch(ProcessHandle::isAlive);
            assertThat(home).isDirectory();
            new AmqpClient(uri).close();
        }
        node.close();
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(home).doesNotExist();
        assertThatThrownBy(() -> new AmqpClient(uri)).isInstanceOf(IOException.class);
        assertThatThrownBy(node::start).hasMessage("rabbitmq: closed (expected: not closed)");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void nothingIsLeftOfItWhenTheTestsAreAborted() throws Exception {
        Process tests = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AbortedTests.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = tests.inputReader(StandardCharsets.UTF_8)) {
            Path home = Path.of(output.readLine());
            assertThat(home).isDirectory();
            assertThat(Path.of("/proc")).isDirectoryContaining(entry -> isRunningIn(entry, home));
            tests.destroy();
            assertThat(tests.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(home).doesNotExist();
            assertThat(Path.of("/proc")).isDirectoryNotContaining(entry -> isRunningIn(entry, home));
        } finally {
            tests.destroyForcibly();
        }
    }

    /** By its command line, because a process that is dead but not yet buried has none, and still a handle. */
    private static boolean isRunningIn(Path entry, Path home) {
        try {
            return Files.readString(entry.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .contains(home.toString());
        } catch (IOException e) {
            // Not a process, or not any more.
            return false;
        }
    }

    /** Starts a node, prints where, and waits for the end. */
    static final class AbortedTests {
        private AbortedTests() {}

        public static void main(String[] arguments) throws IOException {
            RabbitNode node = new RabbitNode(RabbitBinaries.find().orElseThrow());
            node.start();
            System.out.println(node.folder());
            while (System.in.read() >= 0) {}
        }
    }

    @Test
    void twoNodesKnowNothingOfEachOther() throws Exception {
        try (RabbitNode one = new RabbitNode(installed);
                RabbitNode two = new RabbitNode(installed)) {
            one.start();
            two.start();
            assertThat(one.uri()).isNotEqualTo(two.uri());
            one.rabbitmqctl("add_vhost", "only-here");
            assertThat(one.rabbitmqctl("list_vhosts")).contains("only-here");
            assertThat(two.rabbitmqctl("list_vhosts")).contains("/nanite").doesNotContain("only-here");
            two.kill();
            new AmqpClient(one.uri()).close();
        }
    }

    @Test
    void aCommandThatFailsSaysWhy() {
        try (RabbitNode node = new RabbitNode(installed)) {
            node.start();
            assertThatThrownBy(() -> node.rabbitmqctl("delete_user", "ghost"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("rabbitmqctl delete_user ghost: exit ")
                    .hasMessageContaining("User \"ghost\" does not exist");
            assertThatThrownBy(() -> node.uri("guest"))
                    .hasMessage("broker user: guest (expected: one of [mapper, nanite])");
        }
    }

    @Test
    void aServerThatDoesNotStartSaysWhyAndLeavesNothing() throws Exception {
        Path server = script("rabbitmq-server", "echo no luck today; exit 3");
        RabbitNode node = new RabbitNode(new RabbitBinaries(server, installed.control(), installed.epmd()));
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        assertThatThrownBy(node::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rabbitmq-server: not ready")
                .hasMessageContaining("no luck today");
        assertThatThrownBy(node::start).hasMessage("rabbitmq: closed (expected: not closed)");
        assertThat(ProcessHandle.current().children()).isSubsetOf(before);
    }

    @Test
    void theMachinesOwnRabbitIsNotTouched() {
        ProcessBuilder builder = new ProcessBuilder("true");
        builder.environment().putAll(Map.of("RABBITMQ_NODENAME", "theirs", "ERL_FLAGS", "-theirs", "KEPT", "yes"));
        new RabbitFolder(folder, 1, 2, 3).apply(builder);
        assertThat(builder.environment())
                .containsEntry("RABBITMQ_NODENAME", "nanite-1@localhost")
                .containsEntry("HOME", folder.toString())
                .containsEntry("KEPT", "yes")
                .doesNotContainKey("ERL_FLAGS");
    }

    @Test
    void theWrapperThatDebianPutsOnThePathIsPassedBy() throws Exception {
        Path real = Files.createDirectories(folder.resolve("lib"));
        Path wrapper = script("lib/rabbitmq-script-wrapper", "exit 1");
        script("lib/rabbitmq-server", "exit 0");
        script("lib/rabbitmqctl", "exit 0");
        script("epmd", "exit 0");
        Files.createSymbolicLink(folder.resolve("rabbitmq-server"), wrapper);
        assertThat(RabbitBinaries.find(name -> name.equals("PATH") ? folder.toString() : null))
                .contains(new RabbitBinaries(
                        real.resolve("rabbitmq-server"), real.resolve("rabbitmqctl"), folder.resolve("epmd")));
    }

    private Path script(String name, String body) throws IOException {
        Path script = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }
}
