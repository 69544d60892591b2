package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Request;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request that waits for answers, and those it has. Guarded by itself. */
final class OpenJob {

    private final Job job;
    private final Request request;
    private final CallOptions options;
    private volatile long deadline;
    private volatile boolean cancelled;
    private final boolean several;
    private final long since;
    private final Map<Identity, AgentEntry> waiting = new LinkedHashMap<>();

    /** Those of the waited-for whose turn to be asked has not come. */
    private final Deque<AgentEntry> unasked;

    private final Map<Identity, Outcome> outcomes = new LinkedHashMap<>();
    private final Map<Identity, Long> told = new HashMap<>(0);
    private final boolean parked;
    private int reroutes;
    private int replies;
    private boolean sentAgain;
    private boolean withheld;

    OpenJob(Job job, Request request, CallOptions options, List<AgentEntry> targets, long since, long deadline) {
        this.job = job;
        this.request = request;
        this.options = options;
        this.since = since;
        this.deadline = deadline;
        this.several = targets.size() > 1;
        this.parked = targets.isEmpty();
        for (AgentEntry target : targets) {
            waiting.put(target.identity(), target);
            target.opened();
        }
        unasked = options.batch() == 0 ? new ArrayDeque<>(0) : new ArrayDeque<>(targets);
    }

    Job job() {
        return job;
    }

    Request request() {
        return request;
    }

    CallOptions options() {
        return options;
    }

    /** In the loop's nanoseconds. */
    long deadline() {
        return deadline;
    }

    /** Nobody wants the answer any more: until then agents may say how far they had come. False if it was so before. */
    synchronized boolean cancel(long until) {
        if (cancelled) {
            return false;
        }
        cancelled = true;
        if (until - deadline < 0) {
            deadline = until;
        }
        return true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    long since() {
        return since;
    }

    /** Whether an answer from each of several agents is wanted, so that one cannot stand in for another. */
    boolean several() {
        return several;
    }

    /** Who was asked and has not answered. */
    synchronized List<AgentEntry> waiting() {
        List<AgentEntry> asked = new ArrayList<>(waiting.values());
        if (!unasked.isEmpty()) {
            asked.removeAll(Set.copyOf(unasked));
        }
        return asked;
    }

    /** Who was asked, whether he has answered or not. */
    synchronized Set<Identity> asked() {
        Set<Identity> asked = new LinkedHashSet<>(outcomes.keySet());
        waiting().forEach(agent -> asked.add(agent.identity()));
        return asked;
    }

    /** Those whose turn it is to be asked: from now on they count as asked. */
    synchronized List<AgentEntry> turn() {
        List<AgentEntry> now = new ArrayList<>();
        while (!unasked.isEmpty() && waiting.size() - unasked.size() < options.batch()) {
            now.add(unasked.poll());
        }
        return now;
    }

    /** Whether somebody waits for its turn. */
    synchronized boolean hasUnasked() {
        return !unasked.isEmpty();
    }

    /** Asks nobody any more; who has not been asked still has to get an outcome. */
    synchronized List<AgentEntry> stopAsking() {
        List<AgentEntry> never = new ArrayList<>(unasked);
        unasked.clear();
        return never;
    }

    /** Whether it waits in the offline queue: then whoever answers first was asked. */
    boolean parked() {
        return parked;
    }

    /** Takes an answer; returns false if this agent was not asked, or has answered. */
    synchronized boolean accept(Identity from, Outcome outcome) {
        if (parked) {
            return outcomes.isEmpty() && outcomes.put(from, outcome) == null;
        }
        AgentEntry asked = waiting.remove(from);
        if (asked == null) {
            return false;
        }
        asked.answered();
        unasked.remove(asked);
        outcomes.put(from, outcome);
        if (isReply(outcome)) {
            replies++;
        }
        return true;
    }

    /** Whether an agent said so itself, and not this mapper in its place. */
    private static boolean isReply(Outcome outcome) {
        return switch (outcome.verdict()) {
            case OK, FAILED, REFUSED -> true;
            case TIMEOUT, LOST, CANCELLED -> false;
        };
    }

    /** Whether as many have replied as the caller wants, and others are still waited for. */
    synchronized boolean hasEnough() {
        return options.minReplies() > 0 && replies >= options.minReplies() && !waiting.isEmpty();
    }

    /** Takes news; returns false if this agent was not asked, or has answered, or has told these news before. */
    synchronized boolean accept(IntermediateMessage news) {
        Identity from = news.from();
        if (parked ? !outcomes.isEmpty() : !waiting.containsKey(from)) {
            return false;
        }
        if (news.sequence() > 0) {
            Long last = told.get(from);
            if (last != null && news.sequence() <= last) {
                return false;
            }
            told.put(from, news.sequence());
        }
        job.tell(new Progress(from, news.key(), news.message(), news.sequence()));
        return true;
    }

    /** Waits for another agent instead; returns the how-manieth time, or -1 if it no longer waits for the first. */
    synchronized int move(AgentEntry from, AgentEntry to) {
        if (waiting.get(from.identity()) != from) {
            return -1;
        }
        waiting.remove(from.identity());
        from.answered();
        waiting.put(to.identity(), to);
        to.opened();
        return ++reroutes;
    }

    synchronized boolean waitsFor(AgentEntry agent) {
        return waiting.get(agent.identity()) == agent;
    }

    /** What it waits for under this name; null if nothing. */
    synchronized @Nullable AgentEntry waitingFor(Identity agent) {
        return waiting.get(agent);
    }

    /** The same agent, registered anew: what it owes, it still owes. Returns whether it was asked. */
    synchronized boolean replace(AgentEntry old, AgentEntry now) {
        if (!waiting.replace(old.identity(), old, now)) {
            return false;
        }
        old.answered();
        now.opened();
        told.remove(old.identity()); // a new life counts its news from 1
        if (unasked.remove(old)) {
            unasked.add(now);
            return false;
        }
        return true;
    }

    synchronized int reroutes() {
        return reroutes;
    }

    /** It is on its way for a second time: that the one does not leave says nothing of the other. */
    synchronized void sentAgain() {
        sentAgain = true;
    }

    synchronized boolean isSentAgain() {
        return sentAgain;
    }

    /** It did not leave this time, and shall when it can. */
    synchronized void withheld() {
        withheld = true;
    }

    /** Whether it was to leave and did not; asking forgets it. */
    synchronized boolean wasWithheld() {
        boolean was = withheld;
        withheld = false;
        return was;
    }

    /** Nobody is waited for any more. */
    synchronized void abandon() {
        waiting.values().forEach(AgentEntry::answered);
        waiting.clear();
        unasked.clear();
    }

    /** The end, once nobody is waited for; null before. */
    synchronized @Nullable Outcomes end() {
        return waiting.isEmpty() && !outcomes.isEmpty() ? new Outcomes(outcomes) : null;
    }
}
