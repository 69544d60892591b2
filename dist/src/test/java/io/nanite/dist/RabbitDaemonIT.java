package io.nanite.dist;

import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.testkit.broker.RabbitNode;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On a RabbitMQ. */
class RabbitDaemonIT extends DaemonScenarios {

    private static @Nullable RabbitNode node;

    @BeforeAll
    static void startBroker() {
        node = RabbitFabricIT.start();
    }

    @AfterAll
    static void endBroker() {
        if (node != null) {
            node.close();
        }
    }

    private static RabbitNode node() {
        if (node == null) {
            throw new IllegalStateException("no broker");
        }
        return node;
    }

    @Override
    List<String> flags() {
        int port = URI.create(node().uri("nanite")).getPort();
        return List.of("-P", Integer.toString(port), "-v", node().vhost());
    }

    @Override
    RabbitConfig broker() {
        return RabbitConfig.of(node().uri("mapper"));
    }
}
