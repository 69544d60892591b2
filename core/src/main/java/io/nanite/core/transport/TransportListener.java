package io.nanite.core.transport;

import java.time.Duration;

/** Told how the link to the broker fares. Called on threads of the transport, one call at a time: be quick, do not block. */
public interface TransportListener {

    /** The broker can be reached and every subscription stands: at the start, and after each reconnection. */
    default void connected() {}

    /** The link is down; the transport is trying to bring it back. */
    default void disconnected(TransportException cause) {}

    /** A parcel that was {@linkplain Transport#send sent} found no queue; its packets in the order they had. */
    default void returned(Address to, Delivery packets) {}

    /**
     * A parcel that was {@linkplain Transport#send sent} never left: the broker took nothing for longer than a parcel may
     * wait. Nobody has it, and nobody will.
     */
    default void unsent(Parcel parcel, BrokerBlocked cause) {}

    /** The broker takes nothing more until it says otherwise, as when its memory is short. */
    default void blocked(String reason) {}

    /** The broker takes messages again, after this long. */
    default void unblocked(Duration blockedFor) {}
}
