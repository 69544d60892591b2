package io.nanite.mapper;

import io.nanite.core.NaniteException;

/** An interceptor, or the mapper's policy, did not let the call pass. Nobody was asked. */
public final class CallRefusedException extends NaniteException {

    /** The reason is one sentence for the caller. */
    public CallRefusedException(String reason) {
        super(reason);
    }
}
