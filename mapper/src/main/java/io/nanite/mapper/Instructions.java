package io.nanite.mapper;

import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.packet.Verdict;
import io.nanite.core.transport.PacketSender;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** What agents were told to do with themselves and have not answered. Any thread. */
final class Instructions {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST = 1000;

    private final Identity self;
    private final EventLoop loop;
    private final TokenSource tokens;
    private final PacketSender sender;
    private final Executor callbacks;
    private final Map<Token, Open> open = new ConcurrentHashMap<>();

    private record Open(Identity agent, CompletableFuture<Outcome> answer) {}

    Instructions(Identity self, EventLoop loop, TokenSource tokens, PacketSender sender, Executor callbacks) {
        this.self = self;
        this.loop = loop;
        this.tokens = tokens;
        this.sender = sender;
        this.callbacks = callbacks;
    }

    /** Tells an agent that has a control queue. */
    CompletionStage<Outcome> give(Identity agent, Instruction instruction) {
        Instruct instruct = new Instruct(tokens.next(), self, instruction.action(), instruction.argument());
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        if (open.size() >= MOST) {
            throw new OverloadedException("open instructions: %d (expected: under %d)".formatted(open.size(), MOST));
        }
        open.put(instruct.token(), new Open(agent, answer));
        EventLoop.Cancellable late = loop.after(
                PATIENCE,
                () -> end(
                        instruct.token(),
                        new Outcome.Failure(
                                Verdict.TIMEOUT,
                                "NoAnswer",
                                "%s: no answer to \"%s\" within %d s (expected: an agent that is alive, and of a version that takes instructions)"
                                        .formatted(agent, instruction.action(), PATIENCE.toSeconds()))));
        try {
            sender.tellControl(agent, instruct);
        } catch (RuntimeException e) {
            late.cancel();
            open.remove(instruct.token());
            throw e;
        }
        return answer.whenComplete((outcome, error) -> late.cancel());
    }

    /** Whether this was the answer to one of them. */
    boolean accept(Result result) {
        Open waiting = open.get(result.token());
        if (waiting == null || !waiting.agent().equals(result.from())) {
            return false;
        }
        end(result.token(), result.outcome());
        return true;
    }

    /** What the agent is told reaches no queue. */
    void missing(Identity agent) {
        open.forEach((token, waiting) -> {
            if (waiting.agent().equals(agent)) {
                end(
                        token,
                        new Outcome.Failure(
                                Verdict.LOST,
                                "NoSuchAgent",
                                "%s: not connected (expected: a live agent)".formatted(agent)));
            }
        });
    }

    private void end(Token token, Outcome outcome) {
        Open ended = open.remove(token);
        if (ended != null) {
            callbacks.execute(() -> ended.answer().complete(outcome));
        }
    }

    /** Ends all of them. */
    void close() {
        open.keySet()
                .forEach(token -> end(
                        token,
                        new Outcome.Failure(Verdict.CANCELLED, "MapperClosed", "the mapper closed before the answer")));
    }
}
