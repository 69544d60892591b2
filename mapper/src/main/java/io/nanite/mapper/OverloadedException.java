package io.nanite.mapper;

import io.nanite.core.NaniteException;

/** The mapper has as many open requests as it may. Nothing was sent: ask later, or less. */
public final class OverloadedException extends NaniteException {

    OverloadedException(String message) {
        super(message);
    }
}
