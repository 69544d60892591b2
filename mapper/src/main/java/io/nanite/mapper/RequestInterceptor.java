package io.nanite.mapper;

/**
 * Stands in front of every request and push of a mapper: to measure, to trace, to change what is sent, to refuse. Called on
 * the caller's thread, by many at once; it must not wait for anybody.
 */
@FunctionalInterface
public interface RequestInterceptor {

    /**
     * Returns the call as it goes on, to the next interceptor and then to an agent: the same, or one that is made of it.
     * Throws {@link CallRefusedException} to refuse it; whatever else it throws fails it with {@link HookFailedException}. Who
     * wants to know the end says so with {@link Call#onEnd}.
     */
    Call before(Call call);
}
