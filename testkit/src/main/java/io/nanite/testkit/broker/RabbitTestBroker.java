package io.nanite.testkit.broker;

/** A RabbitMQ. A test with {@link OnRabbitMq} may take this for its parameter, to use {@link #rabbitmqctl}. */
public sealed interface RabbitTestBroker extends TestBroker
        permits RabbitNode, RabbitVhost, RabbitContainer, GivenRabbit {

    @Override
    default String kind() {
        return "rabbitmq";
    }

    /**
     * Runs {@code rabbitmqctl} on the node and returns what it printed. Takes about a third of a second. For a command about
     * queues give {@code "-p", broker.vhost()}.
     *
     * @throws IllegalStateException if it fails
     */
    String rabbitmqctl(String... arguments);

    @Override
    default void settle() {
        rabbitmqctl("eval", "mnesia:dump_log().");
    }
}
