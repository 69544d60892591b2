package io.nanite.testkit.broker;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs once on each broker: {@code [embedded]}, {@code [rabbitmq]}. It takes a {@link TestBroker} as a
 * parameter; so may its {@code @BeforeEach} and {@code @AfterEach}. One that takes two gets two fabrics that know nothing of each
 * other: two vhosts of one RabbitMQ, two embedded brokers.
 *
 * <p>Each run finds an empty vhost of its own. The embedded broker is a new one, in memory; the RabbitMQ is shared by all
 * tests of the JVM, because it takes seconds to start, and gives every run a new vhost. Where RabbitMQ is missing the run
 * is skipped with the reason, or fails if {@code NANITE_REQUIRE_RABBITMQ} is {@code true}.
 *
 * <p>On a class it runs all of its tests once on each broker, with one vhost for all of them: for contract suites, whose
 * tests use names of their own. Then a {@code @BeforeEach} takes the {@link TestBroker}.
 */
@Documented
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ClassTemplate
@ExtendWith(BrokerInvocations.class)
public @interface EveryBroker {

    /**
     * True for a test that stops or kills the broker: both brokers are new then, durable, and gone afterwards. Costs five
     * seconds for RabbitMQ.
     */
    boolean own() default false;
}
