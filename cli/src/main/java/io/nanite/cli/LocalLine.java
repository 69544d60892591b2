package io.nanite.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;

/** One line to a process of this machine, and one back, through a socket in the file system. */
final class LocalLine {

    /** The operating systems' own limits are 107 and 103 bytes. */
    private static final int LONGEST_PATH = 100;

    private static final int LONGEST_LINE = 16 << 20;
    private static final int CHUNK = 8_192;

    private LocalLine() {}

    /** Listens at this path, for this user alone. */
    static ServerSocketChannel listen(Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            at(socket, server::bind);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Says this to whoever listens at the path, and returns what he says, within the patience each way. */
    static String ask(Path socket, String line, Duration patience) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            at(socket, channel::connect);
            write(channel, line);
            return read(channel, patience);
        }
    }

    /** Reads to the end of a line, or to the end. */
    static String read(SocketChannel channel, Duration patience) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            while (true) {
                if (selector.select(patience.toMillis()) == 0) {
                    throw new SocketTimeoutException("no answer within %s".formatted(patience));
                }
                selector.selectedKeys().clear();
                int count = channel.read(chunk.clear());
                if (count > 0) {
                    bytes.write(chunk.array(), 0, count);
                }
                if (bytes.size() > LONGEST_LINE) {
                    throw new IOException("more than %d bytes (expected: one line)".formatted(LONGEST_LINE));
                }
                if (count < 0 || (count > 0 && chunk.get(count - 1) == '\n')) {
                    break;
                }
            }
        }
        channel.configureBlocking(true);
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }

    static void write(SocketChannel channel, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Does it at the path, or, where that is longer than a socket's may be, at a shorter way to it. */
    private static void at(Path socket, Action action) throws IOException {
        if (length(socket) <= LONGEST_PATH) {
            action.at(UnixDomainSocketAddress.of(socket));
            return;
        }
        Path shortcuts = Files.createTempDirectory("n");
        Path shortcut = shortcuts.resolve("d");
        try {
            Files.createSymbolicLink(
                    shortcut, Objects.requireNonNull(socket.toAbsolutePath().getParent()));
            Path shorter = shortcut.resolve(socket.getFileName());
            if (length(shorter) > LONGEST_PATH) {
                throw new IOException("%s: %d bytes (expected: a path of at most %d)"
                        .formatted(shorter, length(shorter), LONGEST_PATH));
            }
            action.at(UnixDomainSocketAddress.of(shorter));
        } finally {
            Files.deleteIfExists(shortcut);
            Files.delete(shortcuts);
        }
    }

    private static int length(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    @FunctionalInterface
    private interface Action {

        Object at(UnixDomainSocketAddress address) throws IOException;
    }
}
