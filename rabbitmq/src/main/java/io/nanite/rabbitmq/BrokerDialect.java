package io.nanite.rabbitmq;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where brokers of one protocol differ, as far as this transport cares; known from what the server says of itself.
 *
 * @param product the server's own name
 * @param version the server's own version
 * @param queueTypes whether a queue may be told its type
 * @param nacksUnroutable whether an unroutable message is nacked before it is returned, instead of acked behind its return
 */
record BrokerDialect(String product, String version, boolean queueTypes, boolean nacksUnroutable) {

    static BrokerDialect of(@Nullable Map<String, Object> serverProperties) {
        String product = text(serverProperties, "product");
        String version = text(serverProperties, "version");
        boolean rabbit = product.equalsIgnoreCase("RabbitMQ");
        return new BrokerDialect(product, version, rabbit, !rabbit);
    }

    private static String text(@Nullable Map<String, Object> properties, String key) {
        Object value = properties == null ? null : properties.get(key);
        return value == null ? "unknown" : value.toString();
    }
}
