package io.nanite.core.transport;

/** Deliveries keep coming until this is closed. */
public interface Subscription extends AutoCloseable {

    /** No more deliveries; what was delivered can still be settled. Doing it twice does nothing. */
    void cancel();

    /** Cancels, and gives back what was not settled. Closing twice does nothing. */
    @Override
    void close();
}
