package io.nanite.agent;

import io.nanite.core.transport.Delivery;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Settles a whole message before the first of its jobs begins: a pack that was begun must not come again for the rest of
 * it. Safe for use by many threads.
 */
final class EarlyAck {

    private final Delivery message;
    private final AtomicBoolean given = new AtomicBoolean();

    EarlyAck(Delivery message) {
        this.message = message;
    }

    void give() {
        if (given.compareAndSet(false, true)) {
            message.parts().forEach(Delivery.Part::settle);
        }
    }
}
