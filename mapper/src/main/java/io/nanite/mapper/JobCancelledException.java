package io.nanite.mapper;

import io.nanite.core.NaniteException;

/** A request was cancelled before any agent was asked. */
public final class JobCancelledException extends NaniteException {

    JobCancelledException(String message) {
        super(message);
    }
}
