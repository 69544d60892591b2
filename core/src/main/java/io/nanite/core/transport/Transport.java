package io.nanite.core.transport;

import java.util.concurrent.CompletableFuture;

/**
 * Moves bytes between this process and the broker. One per agent or mapper; safe for use by many threads.
 *
 * <p>The constructor does no I/O; {@link #start} connects; {@link #close} ends. A connection that breaks later is built
 * again, with everything that was subscribed, until the transport is closed.
 */
public interface Transport extends AutoCloseable {

    /**
     * Connects. Returns when the broker has accepted, or throws {@link TransportException}: a first connection is not
     * tried twice. Called once.
     */
    void start(TransportListener listener);

    /**
     * Sends what is confirmed by its answer. Never waits for the broker. If no queue takes it, it comes back to {@link
     * TransportListener#returned}; while there is no connection it is dropped, and {@link TransportListener#connected}
     * says when to send again. While the broker takes nothing it waits, but not for ever: then it comes back to {@link
     * TransportListener#unsent}.
     */
    void send(Parcel parcel);

    /**
     * Sends what has no answer, and says what became of it. A parcel that the broker refuses, or says nothing about, is
     * sent again under the same id until the transport's patience ends; so it may arrive twice. One that waits too long
     * because the broker takes nothing ends with a {@link BrokerBlocked} in its receipt. The future completes on
     * a thread of the transport: do not block there.
     */
    CompletableFuture<PublishReceipt> publish(Parcel parcel);

    /**
     * Declares the source and reads from it, now and after every reconnection. Throws {@link TransportException} if the
     * broker refuses it the first time.
     */
    Subscription subscribe(Source source, Receiver receiver);

    /**
     * Makes sure that the source's queue is there, now and after every reconnection, without reading it. Throws {@link
     * TransportException} as {@link #subscribe} does.
     */
    void declare(Source source);

    /** Sends what waits, closes every subscription, disconnects. Closing twice does nothing. */
    @Override
    void close();
}
