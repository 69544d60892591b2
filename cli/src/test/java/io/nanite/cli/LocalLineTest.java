package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one process of a machine says to another. */
class LocalLineTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Identity FRED = Identity.agent("fred");

    @TempDir
    Path temporary;

    @Test
    void aQuestionIsAnswered() throws IOException {
        Path socket = temporary.resolve("s");
        try (ControlSocket answering = ControlSocket.listen(socket, FRED, question -> Map.of("heard", question))) {
            assertThat(answering).isNotNull();
            for (String asked : List.of(
                    "{\"a\":1}", "{\"gr\u00fc\u00dfe\":\"\u2713\"}", "{\"a\":\"" + "x".repeat(100_000) + "\"}")) {
                assertThat(LocalLine.ask(socket, asked, PATIENCE)).isEqualTo("{\"heard\":" + asked + "}");
            }
        }
        assertThatThrownBy(() -> LocalLine.ask(socket, "{}", PATIENCE)).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNoQuestionIsSaidAndTheNextOneIsAnswered() throws IOException {
        Path socket = temporary.resolve("s");
        try (ControlSocket answering = ControlSocket.listen(socket, FRED, question -> {
            throw ConfigException.of("ask", "the moon", "status");
        })) {
            assertThat(answering).isNotNull();
            assertThat(LocalLine.ask(socket, "{}", PATIENCE))
                    .isEqualTo("{\"error\":\"ask: the moon (expected: status)\"}");
        }
    }

    @Test
    void onlyItsUserMayAsk() throws IOException {
        Path socket = temporary.resolve("s");
        try (ServerSocketChannel server = LocalLine.listen(socket)) {
            assertThat(server.isOpen()).isTrue();
            assertThat(Files.getPosixFilePermissions(socket))
                    .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        }
    }

    @Test
    void aPathMayBeLongerThanThatOfASocket() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("x".repeat(100)).resolve("y".repeat(100)));
        Path socket = folder.resolve(FRED + ".sock");
        long before = shortcuts();
        try (ControlSocket answering = ControlSocket.listen(socket, FRED, question -> question)) {
            assertThat(answering).isNotNull();
            assertThat(socket).exists();
            assertThat(LocalLine.ask(socket, "{\"a\":1}", PATIENCE)).isEqualTo("{\"a\":1}");
        }
        assertThat(shortcuts()).as("shortcuts that are left").isLessThanOrEqualTo(before);
    }

    private static long shortcuts() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> Files.isSymbolicLink(file.resolve("d"))).count();
        }
    }

    @Test
    void whoDoesNotAnswerIsNotWaitedForForEver() throws IOException {
        Path socket = temporary.resolve("s");
        try (ServerSocketChannel silent = LocalLine.listen(socket)) {
            assertThat(silent.isOpen()).isTrue();
            assertThatThrownBy(() -> LocalLine.ask(socket, "{}", Duration.ofMillis(50)))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }
}
