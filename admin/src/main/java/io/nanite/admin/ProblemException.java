package io.nanite.admin;

import io.nanite.core.NaniteException;

/** A request over HTTP that is not done; becomes an {@code application/problem+json}. */
final class ProblemException extends NaniteException {

    private final int status;

    /** The message is one sentence for people, and has nothing in it that they may not see. */
    ProblemException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
