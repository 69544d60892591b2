package io.nanite.agent.actor;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An actor: a class whose {@linkplain Expose exposed} methods other processes may call. There is one instance per agent,
 * made by its injector, and as many threads in it at once as the agent has slots.
 *
 * <p>The annotation is how a class is found in a folder of jars; one that a module names itself needs it only for another
 * prefix than its own name.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Actor {

    /**
     * What stands before the method in a service's path, without the slashes at its ends: {@code simple} for
     * {@code /simple/echo}; it may have several parts, {@code deep/nested}. Empty for the name of the class in snake
     * case: {@code ImageTools} becomes {@code image_tools}.
     */
    String value() default "";
}
