package io.nanite.agent.actor;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Token;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request that an actor made of other agents. It ends, whatever happens, once, with the outcome of each agent that was
 * asked or with {@link NestedCallException}. Safe for use by many threads.
 */
public interface NestedCall {

    /** What names this request in logs, on the wire, and to the agents that do it. */
    Token token();

    /**
     * Completes with one outcome for each agent that was asked, or exceptionally with {@link NestedCallException} if nobody
     * was. What is chained to it runs on the agent's callback thread, one at a time: it must not wait for other calls.
     */
    CompletionStage<Map<Identity, Outcome>> outcomes();

    /** Waits for the end; throws what {@link #outcomes} completes with. The job that waits keeps its slot. */
    Map<Identity, Outcome> await() throws InterruptedException;

    /**
     * Waits for the value that the one agent returned. Throws {@link NestedCallException} if it did not succeed or nobody
     * was asked, {@link io.nanite.core.serializer.SerializationException} if it is no such value, {@link
     * IllegalStateException} if several were asked.
     */
    <T> @Nullable T value(Class<T> type) throws InterruptedException;

    /**
     * Has this told what the agents tell of their work, each agent's news in order and all before the end: first the last
     * 256 that came so far, then what comes. Runs on the agent's callback thread.
     */
    NestedCall onProgress(Consumer<? super IntermediateMessage> follower);

    /**
     * Says that nobody wants the answer any more. Work that has not begun does not begin, what runs is interrupted, and the
     * outcomes say so; within some seconds the call ends. Does nothing once it has ended.
     */
    void cancel();
}
