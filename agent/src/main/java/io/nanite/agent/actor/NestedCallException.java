package io.nanite.agent.actor;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Outcome;

/** A call from one actor to another did not succeed. */
public final class NestedCallException extends NaniteException {

    private static final long serialVersionUID = 1;

    private final transient Outcome.Failure failure;

    public NestedCallException(Outcome.Failure failure) {
        super("%s: %s: %s".formatted(failure.verdict(), failure.kind(), failure.message()));
        this.failure = failure;
    }

    /** Why; its kind says what happened: {@code NoAgent}, {@code NoMapper}, {@code TooDeep}, or what the agent threw. */
    public Outcome.Failure failure() {
        return failure;
    }
}
