package io.nanite.mapper;

import io.nanite.core.loop.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a call passes before it is routed, in the order in which it was given. On the caller's thread. */
final class Interceptors {

    private static final Logger LOG = LoggerFactory.getLogger(Interceptors.class);

    private final List<RequestInterceptor> interceptors;
    private final TimeSource time;
    private final Executor callbacks;

    Interceptors(List<RequestInterceptor> interceptors, TimeSource time, Executor callbacks) {
        this.interceptors = new CopyOnWriteArrayList<>(interceptors);
        this.time = time;
        this.callbacks = callbacks;
    }

    /** One more, behind those that there are. Any thread. */
    void add(RequestInterceptor interceptor) {
        interceptors.add(interceptor);
    }

    /** The call as it shall be made. Throws {@link CallRefusedException} or {@link HookFailedException}. */
    Call pass(Call call) {
        Call passed = call;
        for (RequestInterceptor interceptor : interceptors) {
            try {
                passed = Objects.requireNonNull(interceptor.before(passed), "call: null (expected: a Call)");
            } catch (CallRefusedException e) {
                throw e;
            } catch (RuntimeException e) {
                throw new HookFailedException("an interceptor of " + call.service(), e);
            }
        }
        return passed;
    }

    /** Has those told who asked for the end of this call. */
    void follow(Call call, CompletableFuture<?> end) {
        if (call.followers().isEmpty()) {
            return; // which is to cost nothing
        }
        List<Consumer<? super CallEnd>> followers = List.copyOf(call.followers());
        var unused = end.whenCompleteAsync(
                (result, error) -> {
                    CallEnd how = new CallEnd(
                            result instanceof Outcomes outcomes ? outcomes : null,
                            error,
                            Duration.ofNanos(time.nanos() - call.since()));
                    followers.forEach(follower -> tell(follower, how));
                },
                callbacks);
    }

    private static void tell(Consumer<? super CallEnd> follower, CallEnd how) {
        try {
            follower.accept(how);
        } catch (RuntimeException e) {
            LOG.error("an interceptor that was told the end of a call threw", e);
        }
    }
}
