package io.nanite.rabbitmq;

import com.rabbitmq.client.Return;
import io.nanite.core.Bytes;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Pack;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.TransportListener;
import io.nanite.core.transport.Unreadable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Hands what found no queue back to whoever sent it. Runs on the connection's reader thread. */
final class Returns {

    private final Supplier<TransportListener> listener;

    Returns(Supplier<TransportListener> listener) {
        this.listener = listener;
    }

    void returned(Return message) {
        Address to = message.getExchange().isEmpty()
                ? new Address.Queue(message.getRoutingKey())
                : new Address.Exchange(message.getExchange(), message.getRoutingKey());
        String contentType = message.getProperties().getContentType();
        List<Bytes> bodies = List.of(Bytes.of(message.getBody()));
        if (Pack.CONTENT_TYPE.equals(contentType)) {
            try {
                Pack.Contents pack = Pack.read(message.getBody());
                contentType = pack.contentType();
                bodies = pack.bodies();
            } catch (Unreadable e) {
                // Not what we sent; the listener will find it unreadable too.
            }
        }
        listener.get().returned(to, new ReturnedMessage(contentType, bodies));
    }

    /** A message that came back: there is nothing to settle and nobody to answer. */
    private static final class ReturnedMessage implements Delivery {

        private final List<Part> parts = new ArrayList<>();

        ReturnedMessage(@Nullable String contentType, List<Bytes> bodies) {
            for (Bytes body : bodies) {
                parts.add(new ReturnedPacket(body, contentType));
            }
        }

        @Override
        public List<Part> parts() {
            return parts;
        }

        @Override
        public boolean redelivered() {
            return false;
        }
    }

    private record ReturnedPacket(Bytes body, @Nullable String contentType) implements Delivery.Part {

        @Override
        public @Nullable String header(String name) {
            return null;
        }

        @Override
        public void reply(Parcel answer) {
            throw new UnsupportedOperationException("a returned packet has nobody to answer");
        }

        @Override
        public void settle() {
            // Nothing is owed.
        }

        @Override
        public void requeue() {
            // There is no queue to go back to.
        }
    }
}
