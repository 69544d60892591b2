package io.nanite.mapper;

import io.nanite.core.NaniteException;

/** The mapper has no selector of that name; the message lists those it has. */
public final class UnknownSelectorException extends NaniteException {

    UnknownSelectorException(String message) {
        super(message);
    }
}
