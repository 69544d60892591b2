package io.nanite.mapper;

import io.nanite.core.NaniteException;

/** No live agent can do what was asked for; the message says who came near. */
public final class NoAgentException extends NaniteException {

    NoAgentException(String message) {
        super(message);
    }
}
