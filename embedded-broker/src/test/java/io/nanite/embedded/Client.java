package io.nanite.embedded;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;
import javax.net.SocketFactory;

/** A connection and a channel over the real socket. */
final class Client implements AutoCloseable {

    static final BasicProperties PERSISTENT = MessageProperties.PERSISTENT_BASIC;
    static final BasicProperties TRANSIENT = MessageProperties.BASIC;
    private static final long CONFIRM_MILLIS = 30_000;

    private final Connection connection;
    private final Channel channel;

    private Client(ConnectionFactory factory) throws IOException {
        try {
            connection = factory.newConnection();
            channel = connection.createChannel();
        } catch (TimeoutException e) {
            throw new IOException(e);
        }
    }

    static Client connect(String uri) throws IOException {
        return new Client(factory(uri));
    }

    static Client connect(String uri, int heartbeatSeconds, SocketFactory sockets) throws IOException {
        ConnectionFactory factory = factory(uri);
        factory.setRequestedHeartbeat(heartbeatSeconds);
        factory.setSocketFactory(sockets);
        return new Client(factory);
    }

    private static ConnectionFactory factory(String uri) throws IOException {
        try {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setAutomaticRecoveryEnabled(false);
            factory.setUri(uri);
            return factory;
        } catch (URISyntaxException | GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    Connection connection() {
        return connection;
    }

    Channel channel() {
        return channel;
    }

    void declareDurable(String queue) throws IOException {
        channel.queueDeclare(queue, true, false, false, null);
    }

    void declareTransient(String queue) throws IOException {
        channel.queueDeclare(queue, false, false, false, null);
    }

    /** Returns when the broker has confirmed them all. */
    void publishConfirmed(String queue, int count, BasicProperties properties) throws Exception {
        channel.confirmSelect();
        for (int i = 0; i < count; i++) {
            channel.basicPublish("", queue, properties, new byte[] {(byte) i});
        }
        channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
    }

    /** How many messages wait in the queue. */
    long depth(String queue) throws IOException {
        return channel.messageCount(queue);
    }

    @Override
    public void close() {
        connection.abort();
    }
}
