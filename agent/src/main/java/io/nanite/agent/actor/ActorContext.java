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
}
