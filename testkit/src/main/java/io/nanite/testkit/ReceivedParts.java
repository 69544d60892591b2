package io.nanite.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Receiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A receiver that keeps what comes, for a test to take. The transport fills it from its thread, the test takes from its
 * own.
 */
public final class ReceivedParts implements Receiver {

    /** One packet, and whether its message had been delivered before. */
    public record Received(Delivery.Part part, boolean redelivered) {

        /** Its body as text. */
        public String text() {
            return part.body().utf8();
        }
    }

    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> epochs = new LinkedBlockingQueue<>();
    private final Duration patience;

    /** {@code patience} is how long to wait for something that must come. */
    public ReceivedParts(Duration patience) {
        this.patience = patience;
    }

    @Override
    public void receive(Delivery delivery) {
        delivery.parts().forEach(part -> received.add(new Received(part, delivery.redelivered())));
    }

    @Override
    public void resubscribed(int epoch) {
        epochs.add(epoch);
    }

    /** Waits for the next packet; fails if none comes. */
    public Received take() {
        return take(received, "a packet");
    }

    /** Waits for as many packets; fails if fewer come. */
    public List<Received> take(int count) {
        List<Received> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(take());
        }
        return taken;
    }

    /** Waits for the next packet, settles it, and says what its body was. */
    public String settle() {
        Received next = take();
        next.part().settle();
        return next.text();
    }

    /** Waits for as many packets, settles them, and says what their bodies were. */
    public List<String> settle(int count) {
        List<String> bodies = new ArrayList<>();
        while (bodies.size() < count) {
            bodies.add(settle());
        }
        return bodies;
    }

    /** Waits for the next time that the subscription is built again. */
    public int takeEpoch() {
        return take(epochs, "a new subscription");
    }

    /** What has come and was not taken. */
    public List<Received> rest() {
        List<Received> rest = new ArrayList<>();
        received.drainTo(rest);
        return rest;
    }

    private <T> T take(BlockingQueue<T> queue, String what) {
        try {
            T next = queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            return assertThat(next)
                    .as("%s within %s", what, patience)
                    .isNotNull()
                    .actual();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }
}
