package io.nanite.faulttest;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.nanite.testkit.broker.TestBroker;
import java.io.IOException;

/** What somebody does with a client of his own, past all of ours. */
final class ByHand {

    static final String JSON = "application/json";

    private ByHand() {}

    /** Something done on a channel. */
    interface Task {
        void on(Channel channel) throws Exception;
    }

    static void on(TestBroker broker, Task task) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection("by hand");
                Channel channel = connection.createChannel()) {
            task.on(channel);
        }
    }

    /** Publishes a packet, or what pretends to be one. */
    static void publish(Channel channel, String exchange, String key, String contentType, byte[] body)
            throws IOException {
        channel.basicPublish(
                exchange,
                key,
                new BasicProperties.Builder().contentType(contentType).build(),
                body);
    }
}
