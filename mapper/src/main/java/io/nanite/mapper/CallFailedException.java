package io.nanite.mapper;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;

/** A call for one value did not get it: what the agent, or the mapper in its place, said instead. */
public final class CallFailedException extends NaniteException {

    private static final long serialVersionUID = 1;

    private final transient Identity agent;
    private final transient Outcome.Failure failure;

    CallFailedException(Identity agent, Outcome.Failure failure) {
        super("%s: %s: %s: %s".formatted(agent, failure.verdict(), failure.kind(), failure.message()));
        this.agent = agent;
        this.failure = failure;
    }

    /** Who was asked. */
    public Identity agent() {
        return agent;
    }

    public Outcome.Failure failure() {
        return failure;
    }
}
