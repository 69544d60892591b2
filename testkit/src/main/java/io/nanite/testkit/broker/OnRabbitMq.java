package io.nanite.testkit.broker;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test for RabbitMQ alone, as {@link EveryBroker} in everything else. Its parameter may also be a
 * {@link RabbitTestBroker}.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(BrokerInvocations.class)
public @interface OnRabbitMq {

    /** True for a test that stops or kills the broker: it is a node of its own then. Costs five seconds. */
    boolean own() default false;
}
