package io.nanite.testkit.broker;

import java.net.URI;

/** A RabbitMQ that somebody else runs. All tests share its vhost, and whoever they say they are, it is the user of the address. */
record GivenRabbit(URI address) implements RabbitTestBroker {

    @Override
    public String vhost() {
        String path = address.getPath();
        return path == null || path.isEmpty() ? "/" : path.substring(1);
    }

    @Override
    public String uri(String user) {
        return address.toString();
    }

    @Override
    public String rabbitmqctl(String... arguments) {
        throw notOurs("asked");
    }

    @Override
    public void settle() {
        // Nobody can kill it.
    }

    @Override
    public void stop() {
        throw notOurs("stopped");
    }

    @Override
    public void start() {
        // It is up, or it is not ours to say.
    }

    @Override
    public void kill() {
        throw notOurs("killed");
    }

    private static UnsupportedOperationException notOurs(String fate) {
        return new UnsupportedOperationException(
                "rabbitmq: the broker of NANITE_TEST_AMQP_URI cannot be %s (expected: one of our own)".formatted(fate));
    }

    @Override
    public void close() {
        // Who opens, closes.
    }
}
