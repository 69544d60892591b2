package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.faultkit.rabbit.RabbitBinaries;
import io.nanite.testkit.broker.RabbitNode;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On a RabbitMQ, with a vhost and a password that are not the usual ones, so that every flag is needed. */
class RabbitFabricIT extends FabricScenarios {

    private static final String VHOST = "/walk through";
    private static final String PASSWORD = "not, 'the' ${usual} one";

    private static @Nullable RabbitNode node;
    private static String port = "";

    @BeforeAll
    static void startBroker() {
        RabbitNode started = start();
        node = started;
        port = Integer.toString(URI.create(started.uri("mapper")).getPort());
        started.rabbitmqctl("add_vhost", VHOST);
        for (String user : List.of("worker", "boss")) {
            started.rabbitmqctl("add_user", user, PASSWORD);
            started.rabbitmqctl("set_permissions", "-p", VHOST, user, ".*", ".*", ".*");
        }
    }

    /** Skips the class where there is no RabbitMQ, or fails if there must be one. */
    static RabbitNode start() {
        Optional<RabbitBinaries> binaries = RabbitBinaries.find();
        if (binaries.isEmpty()) {
            if (Boolean.parseBoolean(System.getenv("NANITE_REQUIRE_RABBITMQ"))) {
                Assertions.fail("RabbitMQ: not on this machine, and NANITE_REQUIRE_RABBITMQ is true");
            }
            Assumptions.abort("RabbitMQ: not on this machine");
        }
        RabbitNode started = new RabbitNode(binaries.orElseThrow());
        started.start();
        return started;
    }

    @AfterAll
    static void endBroker() {
        if (node != null) {
            node.close();
        }
    }

    @Override
    String password() {
        return PASSWORD;
    }

    @Override
    List<String> agentFlags() {
        return List.of("-h", "127.0.0.1", "-P", port, "-v", VHOST, "-u", "worker", "-p", PASSWORD);
    }

    @Override
    List<String> mapperFlags() {
        return List.of("-h", "127.0.0.1", "-P", port, "-v", VHOST, "-u", "boss", "-p", PASSWORD);
    }

    @Test
    void noQueueOfAMapperIsLeftWhenItHasEnded() throws InterruptedException {
        List<String> before = queues();
        agent("fred");
        assertThat(mapper("request", "/simple/hello", "--target", "fred").code())
                .isZero();
        Running staying = mapperThatStays("staying");
        assertThat(queues()).contains("mapper-staying");
        staying.signal("INT");
        assertThat(staying.awaitEnd().code()).isZero();
        assertThat(queues()).filteredOn(name -> name.startsWith("mapper-")).isSubsetOf(before);
    }

    private static List<String> queues() {
        if (node == null) {
            throw new IllegalStateException("no broker");
        }
        return node.rabbitmqctl("list_queues", "-p", VHOST, "name", "--no-table-headers")
                .lines()
                .toList();
    }
}
