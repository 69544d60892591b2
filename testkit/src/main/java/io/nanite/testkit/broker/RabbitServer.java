package io.nanite.testkit.broker;

/** A RabbitMQ with more than one vhost to give. */
interface RabbitServer {

    String rabbitmqctl(String... arguments);

    /** The address of another vhost of the same broker. */
    String uri(String user, String vhost);
}
