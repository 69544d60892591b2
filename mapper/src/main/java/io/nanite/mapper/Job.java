package io.nanite.mapper;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Token;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A request that was made: it ends, whatever happens, with {@link Outcomes} or an error. Safe for use by many threads. */
public final class Job {

    /** How much of its news a job keeps, the newest. */
    private static final int MOST_KEPT = 256;

    private final Token token;
    private final CompletableFuture<Outcomes> end = new CompletableFuture<>();
    private final Executor callbacks;
    private final Consumer<Token> cancelling;

    // Guarded by this.
    private final Deque<Progress> kept = new ArrayDeque<>(0);
    private final List<Consumer<? super Progress>> followers = new ArrayList<>(0);

    /** {@code cancelling} has the request cancelled. */
    Job(Token token, Executor callbacks, Consumer<Token> cancelling) {
        this.token = token;
        this.callbacks = callbacks;
        this.cancelling = cancelling;
    }

    /** What names this request in logs, on the wire, and to the agent. */
    public Token token() {
        return token;
    }

    /**
     * Completes with one outcome for each agent, or exceptionally if nobody was asked: {@link NoAgentException}, {@link
     * UnknownAgentException}, {@link UnknownSelectorException}, {@link OverloadedException}, {@link CallRefusedException},
     * {@link HookFailedException}, or {@link io.nanite.core.transport.BrokerBlocked} if it could not leave. What is chained
     * to it runs on the mapper's callback thread.
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

    /**
     * Says that nobody wants the answer any more. Whoever has the work and has not begun does not; whoever runs it is
     * interrupted. The request ends soon, at most two seconds later: the outcome of each agent says what was reached, {@link
     * io.nanite.core.packet.Verdict#CANCELLED} with the words, or the answer that was quicker. Does nothing once it has ended.
     */
    public void cancel() {
        cancelling.accept(token);
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

    /**
     * Has this told all news of the request: first what is kept, then what comes, each agent's in the order in which it
     * told them, all before the end. Runs on the mapper's callback thread.
     */
    public Job onProgress(Consumer<? super Progress> follower) {
        synchronized (this) {
            kept.forEach(news -> callbacks.execute(() -> follower.accept(news)));
            followers.add(follower);
        }
        return this;
    }

    /** As above, only the news under this key. */
    public Job onProgress(String key, Consumer<? super Progress> follower) {
        return onProgress(news -> {
            if (news.key().equals(key)) {
                follower.accept(news);
            }
        });
    }

    /** The news so far, oldest first; of many only the last 256. */
    public synchronized List<Progress> progress() {
        return List.copyOf(kept);
    }

    private static RuntimeException unwrapped(ExecutionException e) {
        return e.getCause() instanceof NaniteException cause ? cause : new IllegalStateException(e.getCause());
    }

    void tell(Progress news) {
        synchronized (this) {
            if (kept.size() == MOST_KEPT) {
                kept.removeFirst();
            }
            kept.addLast(news);
            followers.forEach(follower -> callbacks.execute(() -> follower.accept(news)));
        }
    }

    void complete(Outcomes outcomes) {
        end.complete(outcomes);
    }

    /** Completes on the thread that ends the job: nothing of a user's may be chained to it. */
    CompletableFuture<Outcomes> end() {
        return end;
    }

    void fail(NaniteException cause) {
        end.completeExceptionally(cause);
    }
}
