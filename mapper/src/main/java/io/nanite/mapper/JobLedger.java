package io.nanite.mapper;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Verdict;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All requests that wait for answers. Every one that is opened here ends here, and only once. Safe for use by many threads.
 */
final class JobLedger {

    private final int most;
    private final BlackBox blackBox;
    private final Consumer<OpenJob> next;
    private final Counts counts;
    private final Map<Token, OpenJob> open = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private final LongAdder stray = new LongAdder();

    /** {@code next} is told of a job that has room for somebody to be asked. */
    JobLedger(int most, BlackBox blackBox, Counts counts, Consumer<OpenJob> next) {
        this.most = most;
        this.blackBox = blackBox;
        this.counts = counts;
        this.next = next;
    }

    /** Opens a job; throws {@link OverloadedException} if as many are open as may be. */
    void open(OpenJob job) {
        if (size.incrementAndGet() > most) {
            size.decrementAndGet();
            throw new OverloadedException("open requests: %d (expected: at most %d)".formatted(most + 1, most));
        }
        open.put(job.request().token(), job);
    }

    @Nullable
    OpenJob find(Token token) {
        return open.get(token);
    }

    Collection<OpenJob> all() {
        return open.values();
    }

    int size() {
        return size.get();
    }

    /** How many results came for nobody: late, double, or from an agent that was not asked. */
    long stray() {
        return stray.sum();
    }

    /** Takes a result; returns the job it was for, or null if nobody waits for it. */
    @Nullable
    OpenJob accept(Result result) {
        OpenJob job = open.get(result.token());
        if (job == null || !accept(job, result.from(), result.outcome())) {
            stray.increment();
            blackBox.note(result.token(), Incident.Kind.STRAY, result.from(), null);
            return null;
        }
        return job;
    }

    /** Takes news of a job that goes on. News for nobody are counted like results for nobody. */
    void accept(IntermediateMessage news) {
        OpenJob job = open.get(news.token());
        if (job == null || !job.accept(news)) {
            stray.increment();
        } else {
            blackBox.note(news.token(), Incident.Kind.PROGRESS, news.from(), news.key());
        }
    }

    /** Notes that something which calls itself an answer to a request that is open was refused, and why. */
    void unread(String id, String reason) {
        if (Token.isToken(id)) {
            Token token = new Token(id);
            if (open.containsKey(token)) {
                blackBox.note(token, Incident.Kind.UNREAD, null, reason);
            }
        }
    }

    boolean accept(OpenJob job, Identity from, Outcome outcome) {
        if (!take(job, from, outcome)) {
            return false;
        }
        if (job.hasEnough()) {
            end(job, Verdict.CANCELLED, "NotAwaited", "enough others replied before %s");
        } else if (job.hasUnasked()) {
            next.accept(job);
        }
        settle(job);
        return true;
    }

    private boolean take(OpenJob job, Identity from, Outcome outcome) {
        boolean taken = job.accept(from, outcome);
        if (taken) {
            note(job, from, outcome);
        }
        return taken;
    }

    /** Ends a job for everyone who has not answered; the message has a place for the agent's name. */
    void end(OpenJob job, Verdict verdict, String kind, String message) {
        for (AgentEntry agent : job.stopAsking()) {
            take(job, agent.identity(), notAsked(verdict, agent));
        }
        for (AgentEntry agent : job.waiting()) {
            String sentence = message.formatted(agent.identity());
            take(job, agent.identity(), new Outcome.Failure(verdict, kind, sentence));
        }
        settle(job);
        if (job.parked()) {
            fail(
                    job,
                    new NoAgentException("%s: it waited offline, and %s"
                            .formatted(job.request().service(), message.formatted("nobody"))));
        }
    }

    /** An agent's turn did not come. */
    static Outcome.Failure notAsked(Verdict verdict, AgentEntry agent) {
        return new Outcome.Failure(verdict, "NotAsked", "the turn of %s had not come".formatted(agent.identity()));
    }

    /** Ends a job that nobody will do. */
    void fail(OpenJob job, NaniteException cause) {
        if (open.remove(job.request().token(), job)) {
            size.decrementAndGet();
            job.abandon();
            blackBox.note(job.request().token(), Incident.Kind.FAILED, null, cause.getMessage());
            job.job().fail(cause);
        }
    }

    private void note(OpenJob job, Identity from, Outcome outcome) {
        counts.outcome(outcome.verdict());
        String detail = outcome.verdict().name();
        if (outcome instanceof Outcome.Failure failure) {
            detail = "%s: %s: %s".formatted(failure.verdict(), failure.kind(), failure.message());
        }
        blackBox.note(job.request().token(), Incident.Kind.OUTCOME, from, detail);
    }

    private void settle(OpenJob job) {
        Outcomes outcomes = job.end();
        if (outcomes != null && open.remove(job.request().token(), job)) {
            size.decrementAndGet();
            blackBox.note(job.request().token(), Incident.Kind.ENDED, null, null);
            job.job().complete(outcomes);
        }
    }
}
