package io.nanite.agent;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome.Failure;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Verdict;
import java.time.Instant;

/** The words for the ways in which a job can fail here. */
final class Failures {

    private Failures() {}

    static Failure noSuchService(Identity self, Service service) {
        return new Failure(
                Verdict.FAILED, "NoSuchService", "service: %s (expected: one of %s)".formatted(service, self));
    }

    static Failure badPayload(Service service, Throwable cause) {
        return new Failure(
                Verdict.FAILED,
                "BadPayload",
                "payload for %s: %s".formatted(service, Printable.of(String.valueOf(cause.getMessage()))));
    }

    static Failure refused(String reason) {
        return new Failure(Verdict.REFUSED, "Refused", reason);
    }

    static Failure poisoned(Job job) {
        return new Failure(
                Verdict.FAILED,
                "Poisoned",
                "%s %s: begun %d times without an end (expected: at most %d); it lies with the dead letters"
                        .formatted(job.service(), job.token(), job.attempt(), Suspects.MOST_ATTEMPTS));
    }

    static Failure expired(Deliverable work) {
        return new Failure(
                Verdict.TIMEOUT,
                "Expired",
                "deadline of %s: %s (expected: a time to come; it was not started)"
                        .formatted(
                                work.token(),
                                Instant.ofEpochMilli(work.metadata().deadline())));
    }

    static Failure tooDeep(Deliverable work) {
        return new Failure(
                Verdict.REFUSED,
                "TooDeep",
                "%s (expected: at most %d calls inside one another)"
                        .formatted(work.metadata().way(work.service()), Metadata.MOST_HOPS));
    }

    static Failure outOfTime(Deliverable work) {
        return new Failure(
                Verdict.TIMEOUT,
                "Expired",
                "%s: no time is left of the job that asks (expected: some; it was not sent)".formatted(work.service()));
    }

    static Failure unanswered(Deliverable work) {
        return new Failure(Verdict.TIMEOUT, "TimedOut", "%s: no mapper answered in time".formatted(work.service()));
    }

    static Failure closed(Identity self) {
        return new Failure(Verdict.CANCELLED, "AgentClosed", "%s closed before there was an answer".formatted(self));
    }

    static Failure tooManyCalls(int most) {
        return new Failure(
                Verdict.REFUSED,
                "Overloaded",
                "open calls to other agents: %d (expected: at most %d)".formatted(most + 1, most));
    }

    static Failure noMapper(Deliverable work) {
        return new Failure(
                Verdict.FAILED,
                "NoMapper",
                "%s: there is no queue for requests of agents (expected: a mapper, or one that was here before)"
                        .formatted(work.service()));
    }

    static Failure nobody(Deliverable work) {
        return new Failure(Verdict.FAILED, "NoAgent", "%s: nobody could do it".formatted(work.service()));
    }

    static Failure notSent(Deliverable work, NaniteException cause) {
        return new Failure(
                Verdict.FAILED,
                cause.getClass().getSimpleName(),
                "%s: %s".formatted(work.service(), cause.getMessage()));
    }

    /** {@code when} says how far it had come. */
    static Failure cancelled(String when) {
        return new Failure(Verdict.CANCELLED, "Cancelled", "cancelled %s".formatted(when));
    }

    /** An actor threw this. */
    static Failure thrown(Throwable cause) {
        String kind = cause.getClass().getSimpleName();
        String message;
        try {
            message = cause.getMessage();
        } catch (RuntimeException e) {
            message = null; // the actor's own exception, whose words throw
        }
        return new Failure(
                Verdict.FAILED,
                kind.isEmpty() ? cause.getClass().getName() : kind,
                message == null ? cause.getClass().getName() : message);
    }
}
