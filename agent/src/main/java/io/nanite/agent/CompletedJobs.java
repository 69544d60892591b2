package io.nanite.agent;

import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which jobs run and how the last ones ended, so that a job that comes again is answered and not done again.
 * Safe for use by many threads, none of which waits for another.
 *
 * <p>Bounded by count and by the bytes of the answers. What is forgotten first is what ended first and was not asked for
 * since: nearly the least recently used, without a lock.
 */
final class CompletedJobs {

    /** What is known of a token. */
    sealed interface Entry permits Job, Finished {}

    private record Kept(Token token, Finished finished) {}

    private final Map<Token, Entry> entries = new ConcurrentHashMap<>();
    private final Queue<Kept> oldestFirst = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final int most;
    private final long mostBytes;

    CompletedJobs(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** Marks the job as running if its token is new. Otherwise says what is known of it, and changes nothing. */
    @Nullable
    Entry begin(Job job) {
        Entry known = entries.putIfAbsent(job.token(), job);
        if (known instanceof Finished finished) {
            finished.ask();
        }
        return known;
    }

    /** What is known of the token; null if nothing. */
    @Nullable
    Entry find(Token token) {
        return entries.get(token);
    }

    /** The running job has ended so; remembered from now on. */
    void end(Job job, Finished finished) {
        if (most == 0) {
            forget(job);
            return;
        }
        entries.put(job.token(), finished);
        oldestFirst.add(new Kept(job.token(), finished));
        count.incrementAndGet();
        bytes.addAndGet(finished.bytes());
        while (count.get() > most || bytes.get() > mostBytes) {
            if (!makeRoom()) {
                return;
            }
        }
    }

    /** The running job did not run to its end: the next of its token is the first again. */
    void forget(Job job) {
        entries.remove(job.token(), job);
    }

    /** The tokens of the jobs that run, or wait for their turn. */
    List<Token> running() {
        return jobs().stream().map(Job::token).toList();
    }

    /** The jobs that run, or wait for their turn. */
    List<Job> jobs() {
        List<Job> jobs = new ArrayList<>();
        entries.values().forEach(entry -> {
            if (entry instanceof Job job) {
                jobs.add(job);
            }
        });
        return jobs;
    }

    /** Keeps of each outcome what {@code form} makes of it; of those that it fails with, nothing. */
    void reform(UnaryOperator<Outcome> form) {
        entries.forEach((token, entry) -> {
            if (entry instanceof Finished finished) {
                try {
                    finished.become(form.apply(finished.outcome()));
                } catch (RuntimeException e) {
                    entries.remove(token, finished);
                }
            }
        });
    }

    /** How many finished jobs are remembered. */
    int size() {
        return count.get();
    }

    private boolean makeRoom() {
        Kept oldest = oldestFirst.poll();
        if (oldest == null) {
            return false;
        }
        if (oldest.finished().takeAsked()) {
            oldestFirst.add(oldest);
            return true;
        }
        entries.remove(oldest.token(), oldest.finished());
        count.decrementAndGet();
        bytes.addAndGet(-oldest.finished().bytes());
        return true;
    }
}
