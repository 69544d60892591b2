package io.nanite.testkit.broker;

/** One vhost of a RabbitMQ that other tests use too. */
record RabbitVhost(RabbitServer server, String vhost) implements RabbitTestBroker {

    @Override
    public String uri(String user) {
        return server.uri(user, vhost);
    }

    @Override
    public String rabbitmqctl(String... arguments) {
        return server.rabbitmqctl(arguments);
    }

    @Override
    public void stop() {
        throw shared("stopped");
    }

    @Override
    public void start() {
        // It is up: nobody can stop it.
    }

    @Override
    public void kill() {
        throw shared("killed");
    }

    private static UnsupportedOperationException shared(String fate) {
        return new UnsupportedOperationException(
                "rabbitmq: shared with other tests, cannot be %s (expected: own = true)".formatted(fate));
    }

    @Override
    public void close() {
        // The vhost goes with the broker.
    }
}
