package io.nanite.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** A broker in a JVM of its own. Arguments: queue limit in bytes, then the data folder if there is one. Prints its address. */
final class BrokerMain {

    private BrokerMain() {}

    public static void main(String[] arguments) throws IOException {
        EmbeddedBrokerConfig config = arguments.length > 1
                ? EmbeddedBrokerConfig.durable(Path.of(arguments[1]))
                : EmbeddedBrokerConfig.inMemory();
        QueueLimit limit = new QueueLimit(Integer.MAX_VALUE, Long.parseLong(arguments[0]));
        try (EmbeddedBroker broker = new EmbeddedBroker(config.withQueueLimit(limit))) {
            broker.start();
            System.out.println(broker.uri("mapper"));
            // Until our parent closes the pipe, or is gone.
            while (System.in.read() >= 0) {}
        }
    }
}
