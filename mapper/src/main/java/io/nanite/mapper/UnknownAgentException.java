package io.nanite.mapper;

import io.nanite.core.NaniteException;

/** The request was for one agent, and no live agent has that name. */
public final class UnknownAgentException extends NaniteException {

    UnknownAgentException(String message) {
        super(message);
    }
}
