package io.nanite.testkit.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A connection and a channel, as a client has them. */
final class AmqpClient implements AutoCloseable {

    private static final long CONFIRM_MILLIS = 10_000;

    private final Connection connection;
    private final Channel channel;

    AmqpClient(String uri) throws IOException {
        try {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setAutomaticRecoveryEnabled(false);
            factory.setUri(uri);
            connection = factory.newConnection();
            channel = connection.createChannel();
        } catch (URISyntaxException | GeneralSecurityException | TimeoutException e) {
            throw new IOException(e);
        }
    }

    void declareDurable(String queue) throws IOException {
        channel.queueDeclare(queue, true, false, false, null);
    }

    /** Returns when the broker has confirmed it. */
    void publishPersistent(String queue, String text) throws Exception {
        channel.confirmSelect();
        channel.basicPublish(
                "", queue, true, MessageProperties.PERSISTENT_BASIC, text.getBytes(StandardCharsets.UTF_8));
        channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
    }

    @Nullable
    String take(String queue) throws IOException {
        GetResponse response = channel.basicGet(queue, true);
        return response == null ? null : new String(response.getBody(), StandardCharsets.UTF_8);
    }

    Connection connection() {
        return connection;
    }

    @Override
    public void close() {
        connection.abort();
    }
}
