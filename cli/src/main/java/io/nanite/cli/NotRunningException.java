package io.nanite.cli;

import io.nanite.core.NaniteException;

/** What is to be stopped, or asked, is not there. */
final class NotRunningException extends NaniteException {

    private static final long serialVersionUID = 1L;

    NotRunningException(String message) {
        super(message);
    }
}
