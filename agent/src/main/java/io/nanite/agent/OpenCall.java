package io.nanite.agent;

import io.nanite.agent.actor.NestedCall;
import io.nanite.agent.actor.NestedCallException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.Serializer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request of an actor from its making to its end. Guards itself: workers, the loop and the transport meet here. */
final class OpenCall implements NestedCall {

    /** How much of its news a call keeps, the newest. */
    private static final int MOST_KEPT = 256;

    private final Request request;
    private final Serializer serializer;
    private final Executor callbacks;
    private final Consumer<OpenCall> cancelling;
    private final CompletableFuture<Map<Identity, Outcome>> end = new CompletableFuture<>();

    // Guarded by this.
    private final Deque<IntermediateMessage> kept = new ArrayDeque<>(0);
    private final List<Consumer<? super IntermediateMessage>> followers = new ArrayList<>(0);
    private final Map<Identity, Long> told = new HashMap<>(0);
    private EventLoop.@Nullable Cancellable timer;
    private boolean cancelled;
    private boolean askedAgain;

    /** {@code cancelling} has it cancelled. */
    OpenCall(Request request, Serializer serializer, Executor callbacks, Consumer<OpenCall> cancelling) {
        this.request = request;
        this.serializer = serializer;
        this.callbacks = callbacks;
        this.cancelling = cancelling;
    }

    Request request() {
        return request;
    }

    @Override
    public Token token() {
        return request.token();
    }

    @Override
    public CompletionStage<Map<Identity, Outcome>> outcomes() {
        CompletableFuture<Map<Identity, Outcome>> handedOver = new CompletableFuture<>();
        var unused = end.whenComplete((outcomes, error) -> callbacks.execute(() -> {
            if (error == null) {
                handedOver.complete(outcomes);
            } else {
                handedOver.completeExceptionally(error);
            }
        }));
        return handedOver.minimalCompletionStage();
    }

    @Override
    public Map<Identity, Outcome> await() throws InterruptedException {
        try {
            return end.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof NestedCallException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public <T> @Nullable T value(Class<T> type) throws InterruptedException {
        return valueOf(await(), type);
    }

    @SuppressWarnings("unchecked") // a class converts to itself
    <T> @Nullable T valueOf(Map<Identity, Outcome> outcomes, Class<T> type) {
        if (outcomes.size() != 1) {
            throw new IllegalStateException(
                    "outcomes of %s: %d (expected: 1)".formatted(request.service(), outcomes.size()));
        }
        Outcome outcome = outcomes.values().iterator().next();
        if (outcome instanceof Outcome.Failure failure) {
            throw new NestedCallException(failure);
        }
        return type == Void.class || type == void.class
                ? null
                : (T) serializer.convert(((Outcome.Success) outcome).payload(), type);
    }

    @Override
    public synchronized NestedCall onProgress(Consumer<? super IntermediateMessage> follower) {
        kept.forEach(news -> callbacks.execute(() -> follower.accept(news)));
        followers.add(follower);
        return this;
    }

    @Override
    public void cancel() {
        cancelling.accept(this);
    }

    /** Takes news, unless they came before. */
    synchronized void tell(IntermediateMessage news) {
        if (news.sequence() > 0) {
            Long last = told.get(news.from());
            if (last != null && news.sequence() <= last) {
                return;
            }
            told.put(news.from(), news.sequence());
        }
        if (kept.size() == MOST_KEPT) {
            kept.removeFirst();
        }
        kept.addLast(news);
        followers.forEach(follower -> callbacks.execute(() -> follower.accept(news)));
    }

    /** Nobody wants it any more; false if it was so before. */
    synchronized boolean markCancelled() {
        boolean first = !cancelled;
        cancelled = true;
        return first;
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    /** It is on its way for a second time: that the one does not leave says nothing of the other. */
    synchronized void askedAgain() {
        askedAgain = true;
    }

    synchronized boolean isAskedAgain() {
        return askedAgain;
    }

    /** Has this done once it has ended, at once if it has, by whoever ends it. */
    void whenEnded(Runnable action) {
        var unused = end.whenComplete((outcomes, error) -> action.run());
    }

    /** What ends it when nobody else does; replaces what was to. */
    synchronized void timer(EventLoop.Cancellable newTimer) {
        if (timer != null) {
            timer.cancel();
        }
        timer = newTimer;
        if (end.isDone()) {
            newTimer.cancel();
        }
    }

    void complete(Map<Identity, Outcome> outcomes) {
        end.complete(outcomes);
        stopTimer();
    }

    void fail(Outcome.Failure failure) {
        end.completeExceptionally(new NestedCallException(failure));
        stopTimer();
    }

    private synchronized void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
