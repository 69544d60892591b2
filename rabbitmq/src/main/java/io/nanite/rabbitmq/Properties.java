package io.nanite.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The AMQP properties of what one login sends. */
final class Properties {

    private static final int TRANSIENT = 1;
    private static final int PERSISTENT = 2;

    private final String user;

    Properties(String user) {
        this.user = user;
    }

    /** The correlation names the message among those that wait for the broker's word; null where nobody waits. */
    BasicProperties of(Outgoing message, @Nullable String correlation) {
        Map<String, Object> headers = message.headers().isEmpty() ? null : Map.copyOf(message.headers());
        return new BasicProperties(
                message.contentType(),
                null,
                headers,
                message.persistent() ? PERSISTENT : TRANSIENT,
                null,
                correlation,
                null,
                null,
                message.id(),
                null,
                null,
                user,
                null,
                null);
    }
}
