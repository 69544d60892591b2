package io.nanite.agent.actor;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The job that an actor works on. Belongs to one call; safe for use by any thread until that call returns. */
public interface ActorContext {

    /** Names the job, through every retry: the key for work that must not be done twice. */
    Token token();

    /** What was asked for. */
    Service service();

    /** What was sent. */
    Payload payload();

    /** Who asks: a mapper, or an agent whose actor called this one. */
    Identity from();

    /** What the chosen agent had to carry. */
    Set<String> tags();

    /** The how-manieth try this is, from 1. */
    int attempt();

    /** Whether this job has been delivered before, and may have run. */
    boolean redelivered();

    /** After this time nobody wants the answer; empty for never. */
    Optional<Instant> deadline();

    /** The time left until the deadline, zero if it has passed; empty for no deadline. */
    Optional<Duration> remaining();

    /** The W3C trace context that the job came with: what is asked for on its behalf is part of that trace. */
    Optional<String> traceparent();

    /** Whether nobody wants the answer any more. The thread of the call has been interrupted then, once. */
    boolean isCancelled();

    /**
     * Has this done when the job is cancelled, or at once if it is: on a thread that must not be held up. For work that an
     * interruption does not reach.
     */
    void onCancel(Runnable action);

    /**
     * Tells the caller how the work goes, before its result. News arrive in the order in which they were told; those of
     * a push, which nobody waits for, and those told after the call returned go nowhere. Throws {@link
     * io.nanite.core.serializer.SerializationException} if the value cannot be written.
     */
    void progress(String key, @Nullable Object value);

    /** As above, under the key {@value IntermediateMessage#DEFAULT_KEY}. */
    default void progress(@Nullable Object value) {
        progress(IntermediateMessage.DEFAULT_KEY, value);
    }

    /** Asks the least loaded agent that can. {@code /simple} alone means {@code /simple/index}. */
    default NestedCall request(String service, @Nullable Object payload) {
        return request(service, payload, NestedCallOptions.DEFAULT);
    }

    /**
     * Asks whom the options say, through one of the mappers. Always returns a call, and the call always ends, at the latest
     * with this job's deadline. Whoever waits for it keeps its slot: an agent all of whose slots wait for that agent itself waits
     * in vain. It is cancelled with this job; it goes on if this job ends before it.
     *
     * @param payload any value that JSON can say: text, number, list, map, record
     */
    NestedCall request(String service, @Nullable Object payload, NestedCallOptions options);

    /**
     * Asks the least loaded agent that can, for a value of this type. Completes as {@link NestedCall#outcomes} does, with
     * {@link NestedCallException} if the agent did not succeed, and with {@link
     * io.nanite.core.serializer.SerializationException} if what it returned is no such value.
     */
    default <T> CompletionStage<T> request(String service, @Nullable Object payload, Class<T> type) {
        return request(service, payload, type, NestedCallOptions.DEFAULT);
    }

    /** As above, asking whom the options say, which must be one agent. */
    <T> CompletionStage<T> request(String service, @Nullable Object payload, Class<T> type, NestedCallOptions options);

    /** Gives work that wants no answer to the least loaded agent that can. */
    default CompletionStage<Token> push(String service, @Nullable Object payload) {
        return push(service, payload, NestedCallOptions.DEFAULT);
    }

    /**
     * Gives work that wants no answer to whom the options say. Completes when the broker has it for the mappers, or
     * exceptionally with {@link NestedCallException}; then nobody has it, or nobody knows. What no agent can do is found with
     * the dead letters. It is not cancelled with this job.
     */
    CompletionStage<Token> push(String service, @Nullable Object payload, NestedCallOptions options);
}
