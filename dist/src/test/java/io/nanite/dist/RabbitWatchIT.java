package io.nanite.dist;

import io.nanite.testkit.broker.RabbitNode;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On a RabbitMQ. */
class RabbitWatchIT extends WatchScenarios {

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

    private static URI uri(String user) {
        return URI.create(Objects.requireNonNull(node).uri(user));
    }

    @Override
    List<String> agentFlags() {
        URI uri = uri("nanite");
        String password = uri.getUserInfo().substring(uri.getUserInfo().indexOf(':') + 1);
        String vhost = uri.getPath().substring(1);
        return List.of("-P", Integer.toString(uri.getPort()), "-v", vhost, "-u", "nanite", "-p", password);
    }

    @Override
    String mapperUri() {
        return uri("mapper").toString();
    }
}
