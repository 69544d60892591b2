package io.nanite.examples.simple;

import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Payload;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;

/** One actor that shows every shape a service can have. */
@Actor
public final class Simple {

    private static final long LONGEST_NAP = 3_600_000;
    private static final int MOST_STEPS = 100;

    private final Clock clock;

    @Inject
    Simple(Clock clock) {
        this.clock = clock;
    }

    /** {@code /simple/hello}: no payload, a text. */
    @Expose
    public String hello() {
        return "hello nanite";
    }

    /** {@code /simple/echo}: whatever came goes back, untouched. */
    @Expose
    public Payload echo(Payload payload) {
        return payload;
    }

    /** {@code /simple/time}: what the clock of this agent says. */
    @Expose
    public Instant time() {
        return clock.instant();
    }

    /** {@code /simple/add}: a record in, a number out. */
    @Expose
    public long add(Numbers numbers) {
        return Math.addExact(numbers.a(), numbers.b());
    }

    /** {@code /simple/whoami}: what an actor can know of its job. */
    @Expose
    public Job whoami(ActorContext job) {
        return new Job(job.token().value(), job.from().value(), job.attempt(), job.redelivered());
    }

    /** {@code /simple/count}: news on the way, then a result. */
    @Expose
    public int count(int steps, ActorContext job) {
        if (steps < 0 || steps > MOST_STEPS) {
            throw new IllegalArgumentException("steps: %d (expected: 0 to %d)".formatted(steps, MOST_STEPS));
        }
        for (int step = 1; step <= steps; step++) {
            job.progress("step", step);
        }
        return steps;
    }

    /** {@code /simple/nap}: takes its time, so many milliseconds of it, and can be cancelled. */
    @Expose
    public String nap(long millis, ActorContext job) throws InterruptedException {
        if (millis < 0 || millis > LONGEST_NAP) {
            throw new IllegalArgumentException("millis: %d (expected: 0 to %d)".formatted(millis, LONGEST_NAP));
        }
        job.progress("begun", millis);
        Thread.sleep(millis);
        return "rested";
    }

    /** Two numbers. */
    public record Numbers(long a, long b) {}

    /** A job, as its actor sees it. */
    public record Job(String token, String from, int attempt, boolean redelivered) {}

    /** Not exposed: nobody outside this process can call it. */
    public String secret() {
        return "not for the wire";
    }
}
