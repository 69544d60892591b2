package io.nanite.core.transport;

import org.jspecify.annotations.Nullable;

/** Nobody answers at the broker's address, or the link broke and did not come back in time. */
public final class BrokerUnavailable extends TransportException {

    public BrokerUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
