package io.nanite.agent.actor;

import org.jspecify.annotations.Nullable;

/**
 * Stands around every call of an actor: to measure, to log, to set a context, to refuse. Called on the worker's thread,
 * the one that was bound first outermost.
 */
@FunctionalInterface
public interface Interceptor {

    /**
     * Returns the result of the call; usually what {@code call} returns. Whatever it throws is the caller's failure.
     *
     * @param job what is called, and by whom
     * @param call the rest of the way to the actor
     */
    @Nullable
    Object intercept(ActorContext job, Call call) throws Exception;

    /** The rest of the way to the actor. Go it once, or not at all. */
    @FunctionalInterface
    interface Call {

        /** What the actor returned, a stage already awaited. */
        @Nullable
        Object proceed() throws Exception;
    }
}
