package io.nanite.core.transport;

import org.jspecify.annotations.Nullable;

/** The broker takes nothing at the moment, as when its memory or disk is short, for longer than a parcel may wait. */
public final class BrokerBlocked extends TransportException {

    public BrokerBlocked(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
