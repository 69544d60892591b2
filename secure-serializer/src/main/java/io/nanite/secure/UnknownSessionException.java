package io.nanite.secure;

import io.nanite.core.NaniteException;

/** An envelope of a session that is not known here. Never leaves this module. */
final class UnknownSessionException extends NaniteException {

    private final String from;

    /** {@code from} is who it says it is of; nobody has vouched for it. */
    UnknownSessionException(String from) {
        super("envelope: of an unknown session (expected: one that was agreed on)");
        this.from = from;
    }

    String from() {
        return from;
    }
}
