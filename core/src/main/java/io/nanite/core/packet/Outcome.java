package io.nanite.core.packet;

import org.jspecify.annotations.Nullable;

/** How one agent's work on a request ended. A failed actor is an answer, not an exception. */
public sealed interface Outcome {

    /** The actor returned. */
    record Success(Payload payload) implements Outcome {

        @Override
        public Verdict verdict() {
            return Verdict.OK;
        }
    }

    /**
     * The work did not succeed.
     *
     * @param verdict in one word why; never {@link Verdict#OK}
     * @param kind the class of the error, as a simple name: {@code IllegalArgumentException}, {@code NoSuchService}
     * @param message one sentence for people
     */
    record Failure(Verdict verdict, String kind, String message) implements Outcome {

        /** Throws {@link IllegalArgumentException} for a failure that is none. */
        public Failure {
            if (verdict == Verdict.OK) {
                throw new IllegalArgumentException("verdict: OK (expected: one of the failures)");
            }
        }
    }

    Verdict verdict();

    default boolean ok() {
        return verdict() == Verdict.OK;
    }

    static Outcome success(@Nullable Object value) {
        return new Success(Payload.of(value));
    }

    /** An actor threw this. */
    static Failure failure(Throwable cause) {
        String message = cause.getMessage();
        return new Failure(
                Verdict.FAILED, cause.getClass().getSimpleName(), message == null ? cause.toString() : message);
    }
}
