package io.nanite.agent;

import io.nanite.agent.actor.NestedCallException;
import io.nanite.agent.actor.NestedCallOptions;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Results;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks mappers in the name of the actors here, and keeps the ledger of what was asked: each call that is opened ends, and
 * once. Calls are made on workers; answers come on the transport's thread; what nobody answers ends on the loop. Safe for use
 * by many threads.
 *
 * <p>A request goes to the queue from which the mappers compete, and is confirmed by its answer, which comes to the control
 * queue, past the agent's work. That queue lives and dies with the connection: after a new one what is open is asked for
 * again, under the same token.
 */
final class MapperClient {

    private static final Logger LOG = LoggerFactory.getLogger(MapperClient.class);

    /** How long an answer may take of which nobody said. As at a mapper. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** How many calls may be open. As at a mapper. */
    private static final int MOST_OPEN = 10_000;

    /** How long past the deadline the mapper may take to say who has answered by then and who has not. */
    private static final Duration LATE_LEDGER = Duration.ofMillis(500);

    /** How long mappers may take to say what became of a cancelled call; the agents tell them within two seconds. */
    private static final Duration LAST_WORDS = Duration.ofMillis(2_500);

    private final Identity self;
    private final PacketSender sender;
    private final Serializer serializer;
    private final TokenSource tokens;
    private final EventLoop loop;
    private final Executor callbacks;
    private final Map<Token, OpenCall> open = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private volatile boolean linked = true;
    private volatile boolean closed;

    MapperClient(
            Identity self,
            PacketSender sender,
            Serializer serializer,
            TokenSource tokens,
            EventLoop loop,
            Executor callbacks) {
        this.self = self;
        this.sender = sender;
        this.serializer = serializer;
        this.tokens = tokens;
        this.loop = loop;
        this.callbacks = callbacks;
    }

    /** How many calls wait for their answer. */
    int size() {
        return size.get();
    }

    OpenCall request(Job by, Service service, @Nullable Object payload, NestedCallOptions options) {
        Instant now = loop.time().now();
        Instant deadline = now.plus(options.timeout() == null ? TIMEOUT : options.timeout());
        if (by.deadline().isPresent() && by.deadline().get().isBefore(deadline)) {
            deadline = by.deadline().get();
        }
        Request request = new Request(
                service,
                payload(payload),
                self,
                tokens.next(),
                null,
                selector(options),
                options.target(),
                options.persistent(),
                options.tags(),
                false,
                by.work().metadata().nested(by.service(), deadline.toEpochMilli()));
        OpenCall call = new OpenCall(request, serializer, callbacks, this::cancel);
        Outcome.Failure hindrance =
                by.isCancelled() ? Failures.cancelled("before it was sent") : hindrance(request, deadline.isAfter(now));
        if (hindrance == null) {
            open(by, call, Duration.between(now, deadline));
        } else {
            call.fail(hindrance);
        }
        return call;
    }

    CompletionStage<Token> push(Job by, Service service, @Nullable Object payload, NestedCallOptions options) {
        Push push = new Push(
                service,
                payload(payload),
                self,
                tokens.next(),
                selector(options),
                options.target(),
                options.persistent(),
                options.tags(),
                by.work().metadata().nested(by.service(), 0));
        CompletableFuture<Token> pushed = new CompletableFuture<>();
        Outcome.Failure hindrance = hindrance(push, true);
        if (hindrance != null) {
            pushed.completeExceptionally(new NestedCallException(hindrance));
            return pushed.minimalCompletionStage();
        }
        try {
            var unused = sender.askConfirmed(push)
                    .whenComplete((receipt, error) -> callbacks.execute(() -> {
                        Outcome.Failure failure = failure(push, receipt);
                        if (error != null) {
                            pushed.completeExceptionally(error);
                        } else if (failure != null) {
                            pushed.completeExceptionally(new NestedCallException(failure));
                        } else {
                            pushed.complete(push.token());
                        }
                    }));
        } catch (SerializationException e) {
            pushed.completeExceptionally(new NestedCallException(Failures.badPayload(service, e)));
        }
        return pushed.minimalCompletionStage();
    }

    private static Payload payload(@Nullable Object value) {
        return value instanceof Payload payload ? payload : Payload.of(value);
    }

    /** Mappers know work for one agent or nobody by this, whoever finds it. */
    private static String selector(NestedCallOptions options) {
        return options.target() == null ? options.selector() : "target";
    }

    /** Why it is not even sent; null if it is. */
    private Outcome.@Nullable Failure hindrance(Deliverable work, boolean inTime) {
        if (work.metadata().isTooDeep()) {
            return Failures.tooDeep(work);
        }
        if (!inTime) {
            return Failures.outOfTime(work);
        }
        if (closed) {
            return Failures.closed(self);
        }
        return work instanceof Request && size.get() >= MOST_OPEN ? Failures.tooManyCalls(MOST_OPEN) : null;
    }

    private void open(Job by, OpenCall call, Duration left) {
        open.put(call.token(), call);
        size.incrementAndGet();
        call.timer(loop.after(left.plus(LATE_LEDGER), () -> end(call, Failures.unanswered(call.request()))));
        try {
            send(call);
        } catch (SerializationException e) {
            end(call, Failures.badPayload(call.request().service(), e));
            return;
        }
        Runnable cancelling = call::cancel;
        by.onCancel(cancelling);
        call.whenEnded(() -> by.notOnCancel(cancelling));
        if (closed) {
            end(call, Failures.closed(self)); // while it was opened
        }
    }

    private void send(OpenCall call) {
        Request request = call.request();
        if (!request.persistent()) {
            sender.ask(request);
            return;
        }
        var unused = sender.askConfirmed(request).thenAccept(receipt -> {
            // Of what may have arrived the answer may come.
            Outcome.Failure failure = receipt instanceof PublishReceipt.Unknown ? null : failure(request, receipt);
            if (failure != null) {
                end(call, failure);
            }
        });
    }

    /** Why the broker has not taken it for the mappers; null if it has. */
    private static Outcome.@Nullable Failure failure(Deliverable work, @Nullable PublishReceipt receipt) {
        if (receipt instanceof PublishReceipt.Returned) {
            return Failures.noMapper(work);
        }
        return receipt instanceof PublishReceipt.Failed failed ? Failures.notSent(work, failed.cause()) : null;
    }

    /** Ends the call unless it has ended; whoever does has the last word. */
    private void end(OpenCall call, Outcome.Failure failure) {
        if (close(call)) {
            call.fail(failure);
        }
    }

    private boolean close(OpenCall call) {
        boolean mine = open.remove(call.token(), call);
        if (mine) {
            size.decrementAndGet();
        }
        return mine;
    }

    /** An answer to what was asked, or news of it; what nobody waits for is dropped. */
    void accept(Reply reply) {
        OpenCall call = open.get(reply.token());
        if (call == null || !reply.to().equals(self)) {
            return;
        }
        if (reply instanceof IntermediateMessage news) {
            call.tell(news);
        } else if (!reply.from().isMapper()) {
            return; // agents answer to the mapper
        } else if (reply instanceof Results results) {
            if (close(call)) {
                call.complete(results.outcomes());
            }
        } else {
            end(call, refusal(call, (Result) reply));
        }
    }

    private static Outcome.Failure refusal(OpenCall call, Result result) {
        return result.outcome() instanceof Outcome.Failure failure
                ? failure
                : Failures.nobody(call.request()); // as the original says it: without a word
    }

    /** The actor that asked does not want it any more. */
    private void cancel(OpenCall call) {
        if (!open.containsKey(call.token()) || !call.markCancelled()) {
            return;
        }
        call.timer(
                loop.after(LAST_WORDS, () -> end(call, Failures.cancelled("without a word of how far it had come"))));
        tellCancelled(call);
    }

    /** Any mapper may have it, so all are told. */
    private void tellCancelled(OpenCall call) {
        sender.tellMappers(Address.HEARTBEAT, new Cancel(call.token(), self));
    }

    /** What was sent to these came back: no mapper has ever been here. */
    void returned(Address to, Delivery packets) {
        if (!to.equals(Address.REQUEST)) {
            return;
        }
        for (Delivery.Part part : packets.parts()) {
            try {
                if (serializer.read(part.body(), part.contentType()) instanceof Request request) {
                    OpenCall call = open.get(request.token());
                    if (call != null) {
                        end(call, Failures.noMapper(request));
                    }
                }
            } catch (SerializationException e) {
                LOG.warn("{} request came back and is for other eyes; its deadline ends it: {}", self, e.getMessage());
            }
        }
    }

    /** The broker took nothing for so long that this never left. */
    void unsent(Parcel parcel, BrokerBlocked cause) {
        String token = parcel.id();
        OpenCall call = token == null || !parcel.to().equals(Address.REQUEST) ? null : open.get(new Token(token));
        if (call != null && !call.isAskedAgain()) { // one that left before may be done already
            end(call, Failures.notSent(call.request(), cause));
        }
    }

    void disconnected() {
        linked = false;
    }

    /** The link stands again: what was on its way, there or back, may be lost. */
    void connected() {
        linked = true;
        askAgain();
    }

    /** The control queue was gone, and answers with it. After a broken link {@link #connected} follows. */
    void rebuilt() {
        if (linked) {
            askAgain();
        }
    }

    private void askAgain() {
        for (OpenCall call : open.values()) {
            if (call.isCancelled()) {
                tellCancelled(call);
            } else {
                call.askedAgain();
                send(call);
            }
        }
    }

    /** Ends every open call, and has it cancelled: nobody is left to hear the answer. */
    void close() {
        closed = true;
        for (OpenCall call : List.copyOf(open.values())) {
            tellCancelled(call);
            end(call, Failures.closed(self));
        }
    }
}
