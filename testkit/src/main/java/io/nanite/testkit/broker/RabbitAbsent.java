package io.nanite.testkit.broker;

/** There is no RabbitMQ for a test. The message says where it was looked for. */
final class RabbitAbsent extends Exception {

    private static final long serialVersionUID = 1;

    RabbitAbsent(String message) {
        super(message);
    }
}
