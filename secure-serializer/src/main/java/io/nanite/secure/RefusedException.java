package io.nanite.secure;

import io.nanite.core.NaniteException;

/** An envelope is refused. Never leaves this module: outside all refusals look the same. */
final class RefusedException extends NaniteException {

    private final RefusalReason reason;

    RefusedException(RefusalReason reason) {
        super("envelope: %s (expected: one that passes)".formatted(reason));
        this.reason = reason;
    }

    RefusedException(RefusalReason reason, Throwable cause) {
        super("envelope: %s (expected: one that passes)".formatted(reason), cause);
        this.reason = reason;
    }

    RefusalReason reason() {
        return reason;
    }
}
