package io.nanite.mapper;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Token;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A request that was made: it ends, whatever happens, with {@link Outcomes} or an error. Safe for use by many threads. */
public final class Job {

    private final Token token;
    private final CompletableFuture<Outcomes> end = new CompletableFuture<>();
    private final Executor callbacks;

    Job(Token token, Executor callbacks) {
        this.token = token;
        this.callbacks = callbacks;
    }

    /** What names this request in logs, on the wire, and to the agent. */
    public Token token() {
        return token;
    }

    /**
     * Completes with one outcome for each agent, or exceptionally if nobody was asked: {@link NoAgentException}, {@link
     * UnknownAgentException}, {@link UnknownSelectorException}, {@link OverloadedException}, or {@link
     * io.nanite.core.transport.BrokerBlocked} if it could not leave. What is chained to it runs
     * on the mapper's callback thread.
     */
    public CompletionStage<Outcomes> outcomes() {
        CompletableFuture<Outcomes> handedOver = new CompletableFuture<>();
        var unused = end.whenComplete((outcomes, error) -> callbacks.execute(() -> {
            if (error == null) {
                handedOver.complete(outcomes);
            } else {
                handedOver.completeExceptionally(error);
            }
        }));
        return handedOver.minimalCompletionStage();
    }

    /** Waits for the end; throws what {@link #outcomes} completes with. */
    public Outcomes await() throws InterruptedException {
        try {
            return end.get();
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    /** Waits for the end, but not longer; the request goes on until its own deadline. */
    public Outcomes await(Duration atMost) throws InterruptedException, TimeoutException {
        try {
            return end.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    public boolean isDone() {
        return end.isDone();
    }

    private static RuntimeException unwrapped(ExecutionException e) {
        return e.getCause() instanceof NaniteException cause ? cause : new IllegalStateException(e.getCause());
    }

    void complete(Outcomes outcomes) {
        end.complete(outcomes);
    }

    void fail(NaniteException cause) {
        end.completeExceptionally(cause);
    }
}
