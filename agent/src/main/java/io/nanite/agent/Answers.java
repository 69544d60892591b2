package io.nanite.agent;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Verdict;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the one who asked how a job went: the result, then the settling, in order on the channel that the job came by, so that
 * the broker never drops a job whose answer it has not seen. Of a job that is {@linkplain EarlyAck settled early}, only the
 * result. Safe for use by many threads.
 */
final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    /** Answers of slower jobs travel alone: a message is settled when all of it is. */
    private static final long QUICK_MICROS = 1_000;

    /** The actor did not run. */
    static final long NOT_RUN = -1;

    private final Identity self;
    private final boolean packs;
    private final PacketSender sender;
    private final DeadLetters deadLetters;

    Answers(Identity self, boolean packs, PacketSender sender, DeadLetters deadLetters) {
        this.self = self;
        this.packs = packs;
        this.sender = sender;
        this.deadLetters = deadLetters;
    }

    /** Answers and settles; returns what was answered, for those who ask the same again. */
    Finished answer(Job job, Outcome outcome, long micros) {
        Identity asker = job.asker();
        if (asker != null && job.work() instanceof Request request) {
            return reply(job, request, asker, outcome, micros);
        }
        closePush(job, outcome, micros);
        return new Finished(outcome, micros, 0);
    }

    /** Says that a job will not be tried again, and leaves it with the dead letters. */
    Finished poison(Job job) {
        Outcome.Failure poisoned = Failures.poisoned(job);
        Identity asker = job.asker();
        job.silence();
        if (asker != null) {
            sender.reply(job.part(), asker, new Result(job.token(), asker, self, poisoned, NOT_RUN), false);
        }
        deadLetters.buryWork(job.part(), job.work(), poisoned.kind() + ": " + poisoned.message());
        return new Finished(poisoned, NOT_RUN, 0);
    }

    /** Gives a job that came again the answer of the first. */
    void repeat(Job job, Finished first) {
        Identity asker = job.asker();
        if (asker != null && job.work() instanceof Request request) {
            reply(job, request, asker, first.outcome(), first.micros());
        } else {
            job.part().settle();
        }
    }

    /** Sends news of a job that still runs; false if nobody waits for it. */
    boolean tell(Job job, String key, Payload news, long sequence) {
        Identity asker = job.asker();
        if (asker == null) {
            return false;
        }
        // Never packed, nor is the result after it: what is packed may be overtaken.
        sender.reply(job.part(), asker, new IntermediateMessage(job.token(), asker, self, key, news, sequence), false);
        return true;
    }

    private Finished reply(Job job, Request request, Identity asker, Outcome outcome, long micros) {
        boolean told = job.silence();
        boolean packable = packs && request.packs() && micros < QUICK_MICROS && !told;
        Outcome answered = outcome;
        int bytes = 0;
        try {
            try {
                bytes = send(job, asker, outcome, micros, packable);
            } catch (TransportException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError e) {
                // Whatever the serializer or a getter of the value throws: the caller is not left waiting for it.
                answered = unwritable(job, e);
                bytes = send(job, asker, answered, micros, false);
            }
        } catch (TransportException e) {
            LOG.warn("{} could not answer {}, {}: {}", self, job.token(), job.fate(), e.getMessage());
            job.part().requeue();
        }
        return new Finished(answered, micros, bytes);
    }

    private int send(Job job, Identity asker, Outcome outcome, long micros, boolean packable) {
        Result result = new Result(job.token(), asker, self, outcome, micros);
        if (job.isSettledEarly()) {
            int bytes = sender.reply(job.part(), asker, result, packable);
            job.part().settle(); // if it has not begun
            return bytes;
        }
        return sender.settle(job.part(), asker, result, packable);
    }

    private Outcome unwritable(Job job, Throwable cause) {
        return new Outcome.Failure(
                Verdict.FAILED,
                "UnwritableResult",
                "result of %s: %s (expected: a value that can be written as JSON)"
                        .formatted(job.service(), Printable.of(String.valueOf(cause.getMessage()))));
    }

    /** Nobody waits for a push: one that ran badly is reported here, one that never ran is kept for an operator. */
    private void closePush(Job job, Outcome outcome, long micros) {
        job.silence();
        if (outcome instanceof Outcome.Failure failure) {
            if (micros == NOT_RUN) {
                deadLetters.bury(job.part(), job.token(), failure.kind() + ": " + failure.message());
                return;
            }
            LOG.warn("{} push {} to {} failed: {}", self, job.token(), job.service(), Printable.of(failure.kind()));
        }
        job.part().settle();
    }
}
