package io.nanite.embedded;

import io.nanite.core.NaniteException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The embedded broker could not start: its port is taken, or its data folder cannot be used. Nothing of it is left: no
 * thread, no lock, no socket.
 */
public final class BrokerStartException extends NaniteException {

    private BrokerStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static BrokerStartException ofAddress(String address, int port, Throwable cause) {
        return new BrokerStartException(
                "embedded broker: cannot listen on %s:%d: %s (expected: an address of this machine and a free port, or port 0 for any)"
                        .formatted(address, port, reason(cause)),
                cause);
    }

    static BrokerStartException ofFolder(Path folder, String reason, @Nullable Throwable cause) {
        return new BrokerStartException(
                "embedded broker: data folder %s: %s (expected: a folder that this process may write and no other broker uses)"
                        .formatted(folder, reason),
                cause);
    }

    static BrokerStartException ofBroker(EmbeddedBrokerConfig config, Throwable cause) {
        return new BrokerStartException(
                "embedded broker: %s: %s (expected: to be listening by now)".formatted(config, reason(cause)), cause);
    }

    /** An exception without a message has at least a name. */
    static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
