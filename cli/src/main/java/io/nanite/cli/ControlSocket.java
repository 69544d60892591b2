package io.nanite.cli;

import io.nanite.core.NaniteException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.packet.Identity;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a process answers the user whose it is, one at a time, on a thread of its own: an object of JSON for an object of
 * JSON, one line each.
 */
final class ControlSocket implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);

    /** Whoever connects has his question ready. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ServerSocketChannel server;
    private final EventLoop loop;
    private final UnaryOperator<Map<String, @Nullable Object>> answers;

    private ControlSocket(
            ServerSocketChannel server, EventLoop loop, UnaryOperator<Map<String, @Nullable Object>> answers) {
        this.server = server;
        this.loop = loop;
        this.answers = answers;
    }

    /** Answers at this path from now on. What {@code answers} throws is said to whoever asked. */
    static ControlSocket listen(Path path, Identity self, UnaryOperator<Map<String, @Nullable Object>> answers)
            throws IOException {
        ControlSocket socket = new ControlSocket(
                LocalLine.listen(path),
                new SingleThreadLoop(self + "-control", error -> LOG.error("{} answers no more", self, error)),
                answers);
        socket.loop.execute(socket::serve);
        return socket;
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel caller = server.accept()) {
                LocalLine.write(caller, Json.line(answer(LocalLine.read(caller, PATIENCE))));
            } catch (ClosedChannelException e) {
                // By close(), or by the caller: the condition of the loop knows.
            } catch (IOException e) {
                LOG.debug("somebody asked and did not wait for the answer", e);
            }
        }
    }

    private Map<String, @Nullable Object> answer(String question) {
        try {
            return answers.apply(Json.object(question));
        } catch (NaniteException e) {
            return Map.of("error", String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("a question from this machine could not be answered", e);
            return Map.of("error", e.toString());
        }
    }

    /** Answers nobody any more. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("a socket could not be closed", e);
        }
        loop.close();
    }
}
