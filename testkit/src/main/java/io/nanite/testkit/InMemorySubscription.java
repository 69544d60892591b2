package io.nanite.testkit;

import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One reader of one queue. Guarded by the broker's lock, but for the receiver, which is called outside of it. */
final class InMemorySubscription implements Subscription {

    private final InMemoryTransport transport;
    private final Source source;
    private final Receiver receiver;

    /** What was delivered and not settled, by delivery, in the order of delivery. */
    private final Map<InMemoryDelivery, Message> unsettled = new LinkedHashMap<>();

    private @Nullable HeldQueue queue;
    private int epoch;
    private boolean cancelled;

    InMemorySubscription(InMemoryTransport transport, Source source, Receiver receiver) {
        this.transport = transport;
        this.source = source;
        this.receiver = receiver;
    }

    /** No more deliveries; what was delivered can still be settled. */
    @Override
    public void cancel() {
        transport.outside(this::stopReading);
    }

    @Override
    public void close() {
        transport.outside(this::end);
    }

    // From here on with the broker's lock held.

    /** Declares the queue and reads from it; after the first time the receiver is told. */
    void attach() {
        if (cancelled || (epoch > 0 && source.abandoned())) {
            return;
        }
        HeldQueue declared = transport.broker().declare(source, transport);
        int times = epoch++;
        if (times > 0) {
            transport.post(() -> receiver.resubscribed(times));
        }
        queue = declared;
        declared.attach(this, source.lifetime() != Source.Lifetime.SHARED);
    }

    /** The queue was deleted: what was unsettled is gone with it. */
    void rebuild() {
        unsettled.keySet().forEach(InMemoryDelivery::expire);
        unsettled.clear();
        queue = null;
        attach();
    }

    /** The connection is gone, and with it the reader. */
    void interrupt() {
        if (queue != null) {
            queue.detach(this);
            giveBack();
            queue = null;
        }
    }

    /** For good. What was settled before counts, though its settling may still wait. */
    void end() {
        transport.sendWaiting();
        stopReading();
        if (queue != null) {
            giveBack();
            if (isDeletedNow(queue)) {
                transport.broker().remove(source.queue());
            }
            queue = null;
        }
        transport.forget(this);
    }

    private boolean isDeletedNow(HeldQueue left) {
        return switch (source.lifetime()) {
            case OWNED_DELETED_ON_CLOSE, CONNECTION -> true;
            case OWNED, ABANDONED_DELETED_ON_CLOSE ->
                left.waiting() == 0 && left.readers().isEmpty();
            case SHARED, ABANDONED -> false;
        };
    }

    private void stopReading() {
        cancelled = true;
        if (queue != null) {
            queue.detach(this);
            // What was delivered but has not reached the receiver never will.
            List<Message> unseen = new ArrayList<>();
            unsettled.entrySet().removeIf(entry -> {
                if (!entry.getKey().expireIfUnseen()) {
                    return false;
                }
                unseen.add(entry.getValue());
                return true;
            });
            queue.giveBack(unseen);
        }
    }

    private void giveBack() {
        List<Message> messages = List.copyOf(unsettled.values());
        unsettled.keySet().forEach(InMemoryDelivery::expire);
        unsettled.clear();
        if (queue != null) {
            queue.giveBack(messages);
        }
    }

    boolean wantsMore() {
        return !source.settled() || unsettled.size() < source.prefetch();
    }

    void deliver(Message message) {
        InMemoryDelivery delivery = new InMemoryDelivery(message, transport, this);
        if (source.settled()) {
            unsettled.put(delivery, message);
        }
        transport.post(() -> {
            if (delivery.see()) {
                receiver.receive(delivery);
            }
        });
    }

    void settled(InMemoryDelivery delivery) {
        if (unsettled.remove(delivery) != null && queue != null) {
            queue.deliver();
        }
    }

    void requeued(InMemoryDelivery delivery) {
        Message message = unsettled.remove(delivery);
        if (message != null && queue != null) {
            queue.giveBack(List.of(message));
        }
    }
}
