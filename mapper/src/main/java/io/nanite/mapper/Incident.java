package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a request.
 *
 * @param agent which agent it was about; null if none
 * @param detail what else is known; null if nothing
 */
public record Incident(
        Instant at,
        Kind kind,
        @Nullable Identity agent,
        @Nullable String detail) {

    /** What may happen to a request. */
    public enum Kind {
        /** It was given a token; the detail is the service. */
        ACCEPTED("accepted"),
        /** This agent was chosen, and the request sent to it; the detail is the selector. */
        CHOSEN("sent"),
        /** It was sent once more: the link was lost, or the agent has started again. */
        SENT_AGAIN("sent again"),
        /** The caller does not want it any more. */
        CANCELLED("cancelled"),
        /** No queue took it. */
        RETURNED("came back"),
        /** Another agent has it instead; the detail is why. */
        MOVED("moved"),
        /** Nobody can serve it: it waits in the offline queue. */
        PARKED("waits offline"),
        /** The agent told how it goes; the detail is the key. */
        PROGRESS("progress"),
        /** The agent has an outcome, from itself or from this mapper in its place; the detail is the verdict. */
        OUTCOME("outcome"),
        /** An answer came that nobody waited for: late, double, or from an agent that was not asked. */
        STRAY("answer that nobody waits for"),
        /** An answer came that was refused unread, since it was not signed as it must be; the detail is the reason. */
        UNREAD("answer refused unread"),
        /** It has ended, with an outcome of every agent. */
        ENDED("ended"),
        /** It has ended, and nobody does it; the detail is why. */
        FAILED("failed");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** In words, without the time: {@code moved, nanite-bob: nanite-fred has no queue any more}. */
    public String words() {
        return kind.words + (agent == null ? "" : ", " + agent) + (detail == null ? "" : ": " + detail);
    }
}
