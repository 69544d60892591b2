package io.nanite.agent.actor;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that other processes may call. Nothing else of an actor can be reached from outside.
 *
 * <p>It must be public or package-private and not static. It takes nothing, the payload, an {@link ActorContext}, or the
 * payload and then an {@link ActorContext}. The payload arrives as the type of the parameter; {@link
 * io.nanite.core.packet.Payload} as it came, {@link Object} as plain data. Whatever it returns is the result: nothing
 * for void, what is in an {@link java.util.Optional}, what a {@link java.util.concurrent.CompletionStage} ends with (the
 * slot is taken until then), a {@link io.nanite.core.packet.Payload} or {@link io.nanite.core.packet.Outcome} as it is. Do not
 * change a returned value afterwards: it is kept for a while, in case its way to the caller is lost. What the method
 * throws is the caller's failure.
 *
 * <p>On a method of a superclass or an interface it counts for every actor below.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Expose {

    /** What the method is called from outside; empty for its name as it is written. */
    String value() default "";
}
