package io.nanite.mapper;

import io.nanite.core.NaniteException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Results;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Verdict;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.TransportException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what agents ask for, in their name: the request of an agent becomes a job of this mapper under the agent's token,
 * and its end goes back to the agent. Safe for use by many threads.
 *
 * <p>What an agent asks for is settled when it has ended. If this mapper dies before, another gets it, and sends it
 * again under the same token, so that an agent that has it does not do it twice.
 */
final class AgentCalls {

    /**
     * After so long what is still open is settled all the same: a broker takes a reader for dead that settles nothing for half
     * an hour (RabbitMQ's consumer_timeout).
     */
    static final Duration LEASE = Duration.ofMinutes(10);

    /**
     * So long after it has asked who is there a mapper may not have heard of every agent yet. What waited for a mapper must
     * not fail because that one has just come.
     */
    private static final long HEARING = Duration.ofSeconds(2).toNanos();

    /** How often it looks meanwhile whether somebody has come who can. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration BEFORE_REQUEUE = Duration.ofSeconds(1);

    /** How many cancellations are remembered of what has not come; a word to all mappers overtakes the queue. */
    private static final int MOST_CANCELLATIONS = 10_000;

    private static final String QUEUE = "request";
    private static final Logger LOG = LoggerFactory.getLogger(AgentCalls.class);

    private final Identity self;
    private final Duration timeout;
    private final EventLoop loop;
    private final Router router;
    private final JobLedger jobs;
    private final PacketSender sender;
    private volatile boolean asked;
    private volatile long askedAt;
    private final Map<Token, AgentCall> open = new ConcurrentHashMap<>();

    /** Guarded by itself. */
    private final Set<Token> cancellations = new LinkedHashSet<>();

    private volatile boolean quiet;

    AgentCalls(Identity self, Duration timeout, EventLoop loop, Router router, JobLedger jobs, PacketSender sender) {
        this.self = self;
        this.timeout = timeout;
        this.loop = loop;
        this.router = router;
        this.jobs = jobs;
        this.sender = sender;
    }

    /** All agents are asked now whether they are there; to connect before that may have taken any time. */
    void begin() {
        askedAt = loop.time().nanos();
        asked = true;
    }

    private boolean mayHearOfMore() {
        return !asked || loop.time().nanos() - askedAt < HEARING;
    }

    /** Something that an agent asks for and may have. */
    void accept(Deliverable asked, Delivery.Part part) {
        if (quiet) {
            return; // it goes back with the subscription
        }
        if (asked.metadata().isTooDeep()) {
            String way = "%s (expected: at most %d calls inside one another)"
                    .formatted(asked.metadata().way(asked.service()), Metadata.MOST_HOPS);
            refuse(asked, part, new Outcome.Failure(Verdict.REFUSED, "TooDeep", way));
        } else if (asked.metadata().expired(loop.time().now())) {
            String late = "%s: its deadline has passed (expected: a time to come; nobody was asked)"
                    .formatted(asked.service());
            refuse(asked, part, new Outcome.Failure(Verdict.TIMEOUT, "Expired", late));
        } else if (asked instanceof Push push) {
            push(push, part);
        } else {
            request((Request) asked, part);
        }
    }

    /** Something that an agent asks for and may not have. */
    void deny(Deliverable asked, Delivery.Part part, String reason) {
        refuse(asked, part, new Outcome.Failure(Verdict.REFUSED, "Refused", reason));
    }

    private void refuse(Deliverable asked, Delivery.Part part, Outcome.Failure why) {
        if (asked instanceof Request request) {
            Result refusal = new Result(request.token(), request.from(), self, why, -1);
            var unused = sender.answerAsker(addressOf(request), refusal).whenComplete((receipt, error) -> {
                if (receipt instanceof PublishReceipt.Confirmed || receipt instanceof PublishReceipt.Returned) {
                    part.settle();
                } else {
                    requeue(part);
                }
            });
        } else {
            bury(part, why.kind() + ": " + why.message());
        }
    }

    /** Leaves it where an operator finds it. */
    void bury(Delivery.Part part, String reason) {
        LOG.warn("dead letter from the queue {}: {}", QUEUE, reason);
        var unused = sender.bury(part, QUEUE, reason, loop.time().now()).whenComplete((receipt, error) -> {
            if (receipt instanceof PublishReceipt.Confirmed) {
                part.settle();
            } else {
                requeue(part);
            }
        });
    }

    /** It comes straight back: not at full speed. */
    private void requeue(Delivery.Part part) {
        loop.after(BEFORE_REQUEUE, part::requeue);
    }

    /** Ours say how deep they are and read a queue past their work; others have the one queue. */
    private static Address addressOf(Request asked) {
        return asked.metadata().hop() > 0 ? Address.controlOf(asked.from()) : Address.workOf(asked.from());
    }

    // ---- requests

    private void request(Request asked, Delivery.Part part) {
        AgentCall known = open.get(asked.token());
        if (known != null && known.asked.from().equals(asked.from())) {
            Reply end = known.comesBy(part);
            if (end != null) {
                deliver(known, end, LONGEST_PAUSE);
            }
            return;
        }
        if (known != null || jobs.find(asked.token()) != null) {
            String what = "token %s: somebody else's (expected: a new one)".formatted(asked.token());
            refuse(asked, part, new Outcome.Failure(Verdict.REFUSED, "TokenInUse", what));
            return;
        }
        AgentCall call = new AgentCall(withDeadline(asked), part, loop.time().nanos());
        open.put(asked.token(), call);
        if (takeCancellation(asked.token())) {
            call.cancelled = true;
        }
        start(call);
    }

    /** One that comes without a deadline gets this mapper's. */
    private Request withDeadline(Request asked) {
        Metadata metadata = asked.metadata();
        return metadata.deadline() != 0
                ? asked
                : asked.with(
                        metadata.withDeadline(loop.time().now().plus(timeout).toEpochMilli()));
    }

    /** On the transport's thread; when nobody can yet, once more on the loop. */
    private void start(AgentCall call) {
        if (quiet) {
            return;
        }
        if (call.cancelled) {
            end(call, new Outcome.Failure(Verdict.CANCELLED, "Cancelled", "cancelled before anybody was asked"));
            return;
        }
        Job job;
        try {
            job = router.request(call.asked);
        } catch (RuntimeException e) {
            LOG.error("{} could not be given out", call.asked.token(), e); // a selector of somebody's own
            end(call, failure(e));
            return;
        }
        job.onProgress(news -> tell(call, news));
        var unused = job.outcomes().whenComplete((outcomes, error) -> ended(call, outcomes, error));
        if (call.cancelled) {
            job.cancel();
        }
    }

    private void tell(AgentCall call, Progress news) {
        Token token = call.asked.token();
        Identity asker = call.asked.from();
        try {
            // By the same way as the end, or that could come first.
            var unused = sender.answerAsker(
                    addressOf(call.asked),
                    new IntermediateMessage(token, asker, news.agent(), news.key(), news.value(), news.sequence()));
        } catch (SerializationException e) {
            LOG.warn("news of {} for {} dropped: {}", token, asker, e.getMessage());
        }
    }

    private void ended(AgentCall call, @Nullable Outcomes outcomes, @Nullable Throwable error) {
        if (outcomes != null) {
            Map<Identity, Outcome> byAgent = outcomes.byAgent();
            end(call, new Results(call.asked.token(), call.asked.from(), self, byAgent));
        } else if (isNobody(error) && mayHearOfMore()) {
            loop.after(LOOK, () -> start(call));
        } else {
            end(call, failure(error));
        }
    }

    private static boolean isNobody(@Nullable Throwable error) {
        Throwable cause = cause(error);
        return cause instanceof NoAgentException || cause instanceof UnknownAgentException;
    }

    private static @Nullable Throwable cause(@Nullable Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private static Outcome.Failure failure(@Nullable Throwable error) {
        Throwable cause = cause(error);
        String kind = cause == null ? "Error" : cause.getClass().getSimpleName();
        if (cause instanceof NaniteException) {
            kind = kind.replaceFirst("Exception$", "");
        }
        Verdict verdict = Verdict.FAILED;
        if (cause instanceof JobCancelledException) {
            verdict = Verdict.CANCELLED;
        } else if (cause instanceof OverloadedException || cause instanceof UnknownSelectorException) {
            verdict = Verdict.REFUSED;
        }
        return new Outcome.Failure(verdict, kind, cause == null ? "no outcome" : String.valueOf(cause.getMessage()));
    }

    private void end(AgentCall call, Outcome.Failure why) {
        end(call, new Result(call.asked.token(), call.asked.from(), self, why, -1));
    }

    private void end(AgentCall call, Reply end) {
        if (!quiet && call.end(end)) { // when quiet, another mapper has it
            deliver(call, end, FIRST_PAUSE);
        }
    }

    /**
     * Answers, and settles the question when the broker has the answer. One that nobody takes is kept for as long as somebody
     * may want it: the agent may be connecting again, or the broker take nothing.
     */
    private void deliver(AgentCall call, Reply end, Duration pause) {
        if (quiet) {
            return;
        }
        try {
            var unused = sender.answerAsker(addressOf(call.asked), end).whenComplete((receipt, error) -> {
                if (receipt instanceof PublishReceipt.Confirmed
                        || call.asked.metadata().expired(loop.time().now())) {
                    call.delivered();
                    open.remove(call.asked.token(), call);
                } else {
                    loop.after(pause, () -> deliverAgain(call, end, pause.multipliedBy(2)));
                }
            });
        } catch (SerializationException e) {
            String what = "answers to %s: %s".formatted(call.asked.service(), e.getMessage());
            Outcome.Failure unwritable = new Outcome.Failure(Verdict.FAILED, "UnwritableResult", what);
            deliver(call, new Result(call.asked.token(), call.asked.from(), self, unwritable, -1), pause);
        }
    }

    private void deliverAgain(AgentCall call, Reply end, Duration pause) {
        if (!call.isDelivered()) { // another question of the same brought it there
            deliver(call, end, pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
        }
    }

    /** The agent that asked does not want it any more. Every mapper hears it, and one of them has it. */
    void cancel(Cancel cancel) {
        if (!open.containsKey(cancel.token())) {
            remember(cancel.token());
        }
        AgentCall call = open.get(cancel.token());
        if (call != null && call.asked.from().equals(cancel.from())) {
            takeCancellation(cancel.token());
            call.cancelled = true;
            router.cancel(cancel.token());
        }
    }

    private void remember(Token token) {
        synchronized (cancellations) {
            if (cancellations.size() == MOST_CANCELLATIONS) {
                cancellations.remove(cancellations.iterator().next());
            }
            cancellations.add(token);
        }
    }

    private boolean takeCancellation(Token token) {
        synchronized (cancellations) {
            return cancellations.remove(token);
        }
    }

    /** Settles what has been open for longer than a broker waits. On the loop. */
    void endLeases() {
        long now = loop.time().nanos();
        for (AgentCall call : open.values()) {
            if (now - call.since > LEASE.toNanos()) {
                call.settle();
            }
        }
    }

    /** Nothing more is begun or answered: what is open goes back to the broker, for another mapper. */
    void quiet() {
        quiet = true;
    }

    // ---- pushes

    private void push(Push push, Delivery.Part part) {
        if (quiet) {
            return;
        }
        CompletionStage<Pushed> pushing;
        try {
            pushing = router.push(push);
        } catch (RuntimeException e) {
            LOG.error("{} could not be given out", push.token(), e); // a selector of somebody's own
            bury(part, String.valueOf(e));
            return;
        }
        var unused = pushing.whenComplete((pushed, error) -> {
            Throwable cause = cause(error);
            if (quiet) {
                return;
            }
            if (cause == null) {
                part.settle();
            } else if (isNobody(cause) && mayHearOfMore()) {
                loop.after(LOOK, () -> push(push, part));
            } else if (cause instanceof TransportException || !(cause instanceof NaniteException)) {
                LOG.warn("push {} of {} comes again: {}", push.token(), push.from(), cause.getMessage());
                requeue(part);
            } else {
                Outcome.Failure why = failure(cause);
                bury(part, why.kind() + ": " + why.message());
            }
        });
    }

    /** A request of an agent that is being done. */
    private static final class AgentCall {

        private final Request asked;
        private final long since;
        private volatile boolean cancelled;

        // Guarded by this.
        private Delivery.Part part;
        private @Nullable Reply end;
        private boolean delivered;

        AgentCall(Request asked, Delivery.Part part, long since) {
            this.asked = asked;
            this.part = part;
            this.since = since;
        }

        /** It came again: after a broken link, or because the agent, after one, asks again. Says how it has ended, if it has. */
        synchronized @Nullable Reply comesBy(Delivery.Part newPart) {
            part.settle(); // does nothing if the channel is gone that it came by
            part = newPart;
            delivered = false;
            return end;
        }

        /** It has ended; false if it had before. */
        synchronized boolean end(Reply newEnd) {
            boolean first = end == null;
            end = first ? newEnd : end;
            return first;
        }

        /** The broker has the answer, or nobody wants it any more. */
        synchronized void delivered() {
            delivered = true;
            part.settle();
        }

        synchronized boolean isDelivered() {
            return delivered;
        }

        synchronized void settle() {
            part.settle();
        }
    }
}
