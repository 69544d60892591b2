package io.nanite.mapper;

import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Traceparent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request or push before an agent is chosen for it. Immutable but for who wants to know its end; used by one thread. */
public final class Call {

    private final Token token;
    private final Service service;
    private final Payload payload;
    private final CallOptions options;
    private final boolean wantsAnswer;
    private final @Nullable String traceparent;
    private final long since;

    /** The same for everything that is made of one call: whoever asked is told, whatever became of it behind him. */
    private final List<Consumer<? super CallEnd>> followers;

    private Call(
            Token token,
            Service service,
            Payload payload,
            CallOptions options,
            boolean wantsAnswer,
            @Nullable String traceparent,
            long since,
            List<Consumer<? super CallEnd>> followers) {
        this.token = token;
        this.service = service;
        this.payload = payload;
        this.options = options;
        this.wantsAnswer = wantsAnswer;
        this.traceparent = traceparent;
        this.since = since;
        this.followers = followers;
    }

    /** {@code since} is now, in the loop's nanoseconds. */
    Call(Token token, Service service, Payload payload, CallOptions options, boolean wantsAnswer, long since) {
        this(token, service, payload, options, wantsAnswer, null, since, new ArrayList<>(0));
    }

    /** What names it in logs, on the wire, and to the agent. */
    public Token token() {
        return token;
    }

    public Service service() {
        return service;
    }

    public Payload payload() {
        return payload;
    }

    public CallOptions options() {
        return options;
    }

    /** Whether it is a request; a push wants no answer. */
    public boolean wantsAnswer() {
        return wantsAnswer;
    }

    /** The W3C trace context that it was given; null for none so far: then it begins a trace of the name of its token. */
    public @Nullable String traceparent() {
        return traceparent;
    }

    /** The same call with another payload: any value that JSON can say. */
    public Call withPayload(@Nullable Object newPayload) {
        return new Call(token, service, Payload.of(newPayload), options, wantsAnswer, traceparent, since, followers);
    }

    /** The same call, routed otherwise. */
    public Call withOptions(CallOptions newOptions) {
        return new Call(token, service, payload, newOptions, wantsAnswer, traceparent, since, followers);
    }

    /** The same call in this W3C trace context; throws {@link IllegalArgumentException} if it is none. */
    public Call withTraceparent(String newTraceparent) {
        Traceparent.traceId(newTraceparent);
        return new Call(token, service, payload, options, wantsAnswer, newTraceparent, since, followers);
    }

    /**
     * Has this told once how the call ended, even if another interceptor refuses it: on the mapper's callback thread. What the
     * caller does with the answer may run sooner.
     */
    public void onEnd(Consumer<? super CallEnd> follower) {
        followers.add(follower);
    }

    List<Consumer<? super CallEnd>> followers() {
        return followers;
    }

    long since() {
        return since;
    }
}
