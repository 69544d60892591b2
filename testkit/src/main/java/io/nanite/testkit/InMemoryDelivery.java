package io.nanite.testkit;

import io.nanite.core.Bytes;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Pack;
import io.nanite.core.transport.Parcel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message that a transport gave to its receiver, or back to its sender. State is guarded by the broker's lock. */
final class InMemoryDelivery implements Delivery {

    private final Message message;
    private final InMemoryTransport transport;
    private final @Nullable InMemorySubscription subscription;
    private final List<Part> parts;
    private int open;
    private boolean seen;
    private boolean over;

    InMemoryDelivery(Message message, InMemoryTransport transport, @Nullable InMemorySubscription subscription) {
        this.message = message;
        this.transport = transport;
        this.subscription = subscription;
        Pack.Contents contents = message.contents();
        this.parts = contents.bodies().stream()
                .<Part>map(body -> new InMemoryPart(body, contents.contentType()))
                .toList();
        this.open = parts.size();
    }

    /** A message that came back: there is nothing to settle. */
    static InMemoryDelivery returned(Message message, InMemoryTransport transport) {
        return new InMemoryDelivery(message, transport, null);
    }

    @Override
    public List<Part> parts() {
        return parts;
    }

    @Override
    public boolean redelivered() {
        return message.redelivered();
    }

    /** Whether the receiver may have it; called on the transport's thread, so it asks for the lock. */
    boolean see() {
        return transport.broker().exclusively(null, () -> {
            seen = true;
            return !over;
        });
    }

    boolean expireIfUnseen() {
        if (seen) {
            return false;
        }
        over = true;
        return true;
    }

    /** The broker has given the message to somebody else, or will: settling it means nothing any more. */
    void expire() {
        over = true;
    }

    private void partSettled() {
        open--;
        if (open == 0 && !over && subscription != null) {
            over = true;
            subscription.settled(this);
        }
    }

    private void partRequeued() {
        if (!over && subscription != null) {
            over = true;
            subscription.requeued(this);
        }
    }

    private final class InMemoryPart implements Part {

        private final Bytes body;
        private final String contentType;
        private boolean done;

        InMemoryPart(Bytes body, String contentType) {
            this.body = body;
            this.contentType = contentType;
        }

        @Override
        public Bytes body() {
            return body;
        }

        @Override
        public String contentType() {
            return contentType;
        }

        @Override
        public @Nullable String header(String name) {
            return message.headers().get(name);
        }

        @Override
        public void reply(Parcel answer) {
            transport.outside(() -> transport.reply(answer));
        }

        @Override
        public void settle() {
            transport.outside(() -> {
                if (!done) {
                    done = true;
                    transport.settle(InMemoryDelivery.this::partSettled);
                }
            });
        }

        @Override
        public void requeue() {
            transport.outside(() -> {
                if (!done) {
                    done = true;
                    transport.settle(InMemoryDelivery.this::partRequeued);
                }
            });
        }
    }
}
