/**
 * A broker for a test: the embedded one, and a RabbitMQ if this machine has any.
 *
 * <p>Annotate a test with {@link io.nanite.testkit.broker.EveryBroker} or {@link io.nanite.testkit.broker.OnRabbitMq} and
 * take a {@link io.nanite.testkit.broker.TestBroker} as its parameter. RabbitMQ is looked for in this order:
 *
 * <ol>
 *   <li>at the address in {@code NANITE_TEST_AMQP_URI}, whose vhost and user are then used by all tests,
 *   <li>installed on this machine: in {@code NANITE_RABBITMQ_HOME} if that is set, else on the {@code PATH}, else in
 *       {@code /usr/lib/rabbitmq/bin}; a node of our own is started in a temporary folder,
 *   <li>as a container, if Docker is there.
 * </ol>
 *
 * <p>Without any, the RabbitMQ tests are skipped and say why; with {@code NANITE_REQUIRE_RABBITMQ=true} they fail. Each of
 * these names is read as a configuration parameter of JUnit first, then as an environment variable.
 */
@NullMarked
package io.nanite.testkit.broker;

import org.jspecify.annotations.NullMarked;
