package io.nanite.faulttest;

import io.nanite.faultkit.rabbit.Definitions;
import io.nanite.faultkit.rabbit.LocalRabbit;
import io.nanite.faultkit.rabbit.RabbitBinaries;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitConfig.QueueType;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** Three RabbitMQ nodes of this machine's installation that are one broker. */
final class Cluster implements AutoCloseable {

    private static final int NODES = 3;
    private static final String REQUIRED = "NANITE_REQUIRE_RABBITMQ";

    private final List<LocalRabbit> nodes = new ArrayList<>();

    private Cluster(RabbitBinaries binaries) {
        nodes.add(new LocalRabbit(binaries));
        for (int i = 1; i < NODES; i++) {
            nodes.add(nodes.get(0).another());
        }
    }

    /** All up. Skips the tests where there is no installation, or fails them if one is required. */
    static Cluster start() {
        RabbitBinaries binaries = RabbitBinaries.find().orElse(null);
        if (binaries == null) {
            String why = "no rabbitmq-server and epmd on the PATH (expected: an installation to make a cluster of)";
            Assumptions.assumeFalse(!"true".equals(System.getenv(REQUIRED)), why);
            throw new AssertionError(why);
        }
        Cluster cluster = new Cluster(binaries);
        try {
            cluster.nodes.get(0).start();
            cluster.startAll();
            cluster.nodes.get(0).rabbitmqctl("await_online_nodes", Integer.toString(NODES));
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    /** Returns when every node is up. */
    void startAll() {
        List<CompletableFuture<Void>> starting = nodes.stream()
                .map(node -> CompletableFuture.runAsync(node::start))
                .toList();
        starting.forEach(CompletableFuture::join);
    }

    LocalRabbit node(int number) {
        return nodes.get(number);
    }

    /** The login of this user at all nodes, this one first. Queues are of this type. */
    RabbitConfig login(String user, String name, int first, QueueType type) {
        List<LocalRabbit> order = new ArrayList<>(nodes.subList(first, NODES));
        order.addAll(nodes.subList(0, first));
        String hosts = order.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
        URI one = URI.create(order.get(0).uri(user, Definitions.VHOST));
        return RabbitConfig.of("amqp://%s@%s%s".formatted(one.getRawUserInfo(), hosts, one.getRawPath()))
                .withName(name)
                .withHeartbeat(Fabric.HEARTBEAT)
                .withQueueType(type);
    }

    @Override
    public void close() {
        // The first has what all of them need.
        for (int i = NODES - 1; i >= 0; i--) {
            nodes.get(i).close();
        }
    }
}
