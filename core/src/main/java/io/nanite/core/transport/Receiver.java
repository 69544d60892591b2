package io.nanite.core.transport;

/** Reads deliveries. Called on the transport's own thread, one delivery at a time, in order: hand over what may block. */
@FunctionalInterface
public interface Receiver {

    void receive(Delivery delivery);

    /**
     * The queue or its consumer was built again, for the given time (1 is the first after the start). What was delivered
     * before and not settled comes again.
     */
    default void resubscribed(int epoch) {}
}
