package io.nanite.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.transport.AuthenticationRefused;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.PermissionRefused;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.TopologyMismatch;
import io.nanite.core.transport.TransportException;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns what the client throws and the broker says into an error that says what to do. */
final class Refusals {

    /** How both brokers say that what exists is not what was declared. */
    private static final Pattern DIFFERENCE =
            Pattern.compile("inequivalent arg '([^']*)'.*received (.+?) but current is (.+?)(?:$|, class-id)");

    /** How both brokers say that a queue has another reader; the code is that of a missing permission. */
    private static final Pattern IN_USE = Pattern.compile("(?i)exclusive (use|consumer|access)|is exclusive");

    private Refusals() {}

    static TransportException whileConnecting(RabbitConfig config, BrokerNode node, Exception cause) {
        if (cause instanceof PossibleAuthenticationFailureException) {
            return new AuthenticationRefused(
                    "%s: refused the login of %s (expected: a user it knows, with its password)"
                            .formatted(config.where(), config.user()),
                    cause);
        }
        ShutdownSignalException signal = signal(cause);
        // One broker says "not allowed" to a vhost that it does not have, the other "not found".
        if (signal != null && (code(signal) == AMQP.NOT_ALLOWED || code(signal) == AMQP.NOT_FOUND)) {
            return new PermissionRefused(
                    "%s: the vhost does not exist or is closed to this user: %s"
                            .formatted(config.where(), text(signal)),
                    cause);
        }
        if (signal != null && code(signal) == AMQP.ACCESS_REFUSED) {
            return new PermissionRefused("%s: refused: %s".formatted(config.where(), text(signal)), cause);
        }
        String why = root(cause) instanceof UnknownHostException ? "no such host" : message(root(cause));
        return new BrokerUnavailable("no broker at %s: %s".formatted(node, why), cause);
    }

    /** What went wrong while doing something to a queue or exchange of this name. */
    static TransportException whileUsing(String name, Exception cause) {
        ShutdownSignalException signal = signal(cause);
        if (signal == null) {
            return new BrokerUnavailable("%s: the link broke: %s".formatted(name, message(root(cause))), cause);
        }
        String text = text(signal);
        return switch (code(signal)) {
            case AMQP.PRECONDITION_FAILED -> mismatch(name, text, cause);
            case AMQP.RESOURCE_LOCKED -> new QueueInUse("%s: refused: %s".formatted(name, text), cause);
            case AMQP.ACCESS_REFUSED, AMQP.NOT_ALLOWED ->
                IN_USE.matcher(text).find()
                        ? new QueueInUse("%s: refused: %s".formatted(name, text), cause)
                        : new PermissionRefused("%s: refused: %s".formatted(name, text), cause);
            default -> new BrokerUnavailable("%s: %s".formatted(name, text), cause);
        };
    }

    private static TransportException mismatch(String name, String text, Exception cause) {
        Matcher difference = DIFFERENCE.matcher(text);
        String what = difference.find()
                ? "%s is %s (expected: %s)".formatted(difference.group(1), difference.group(3), difference.group(2))
                : text;
        return new TopologyMismatch(
                "%s exists and is not what it must be: %s; delete it, or use another vhost".formatted(name, what),
                cause);
    }

    /** The broker's reply code, or 0. */
    static int code(ShutdownSignalException signal) {
        Method reason = signal.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            return close.getReplyCode();
        }
        return reason instanceof AMQP.Connection.Close close ? close.getReplyCode() : 0;
    }

    static String text(ShutdownSignalException signal) {
        Method reason = signal.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            return close.getReplyText();
        }
        return reason instanceof AMQP.Connection.Close close ? close.getReplyText() : message(root(signal));
    }

    static @Nullable ShutdownSignalException signal(Throwable error) {
        for (Throwable at = error; at != null; at = at.getCause()) {
            if (at instanceof ShutdownSignalException signal) {
                return signal;
            }
        }
        return null;
    }

    private static Throwable root(Throwable error) {
        Throwable root = error;
        for (Throwable at = error; at != null; at = at.getCause()) {
            root = at;
        }
        return root;
    }

    private static String message(Throwable error) {
        String message = error.getMessage();
        return message == null ? error.getClass().getSimpleName() : message;
    }
}
