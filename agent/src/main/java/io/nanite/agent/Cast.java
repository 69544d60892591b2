package io.nanite.agent;

import io.nanite.agent.actor.Interceptor;
import io.nanite.agent.status.StatusProbe;
import io.nanite.core.security.Authorizer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Actors that were made together, and what stands around their calls. Whoever calls one of them enters before and leaves after;
 * nobody enters once it is retired, and then the last who leaves says that it is empty. Safe for use by many threads.
 */
final class Cast {

    private static final int RETIRED = Integer.MIN_VALUE;

    private final Services services;
    private final List<Interceptor> interceptors;
    private final StatusProbe probe;
    private final Authorizer authorizer;
    private final @Nullable ClassLoader loader;

    /** How many are inside; from {@link #RETIRED} upwards once it is that. */
    private final AtomicInteger inside = new AtomicInteger();

    private final CompletableFuture<Void> empty = new CompletableFuture<>();

    /** {@code loader} is the context class loader of whoever is inside; null where it need not change. */
    Cast(
            Services services,
            List<Interceptor> interceptors,
            StatusProbe probe,
            Authorizer authorizer,
            @Nullable ClassLoader loader) {
        this.services = services;
        this.interceptors = List.copyOf(interceptors);
        this.probe = probe;
        this.authorizer = authorizer;
        this.loader = loader;
    }

    /** Whether one may call its actors now; then {@link #leave} must follow. */
    boolean enter() {
        if (inside.incrementAndGet() > 0) {
            return true;
        }
        leave();
        return false;
    }

    void leave() {
        if (inside.decrementAndGet() == RETIRED) {
            empty.complete(null);
        }
    }

    /** Nobody enters any more; completes when nobody is inside. Doing it twice does nothing more. */
    CompletionStage<Void> retire() {
        int before = inside.getAndUpdate(count -> count < 0 ? count : count + RETIRED);
        if (before == 0) {
            empty.complete(null);
        }
        return empty;
    }

    /** Completes when it is retired and nobody is inside. */
    CompletionStage<Void> emptied() {
        return empty;
    }

    Services services() {
        return services;
    }

    List<Interceptor> interceptors() {
        return interceptors;
    }

    StatusProbe probe() {
        return probe;
    }

    Authorizer authorizer() {
        return authorizer;
    }

    @Nullable
    ClassLoader loader() {
        return loader;
    }
}
