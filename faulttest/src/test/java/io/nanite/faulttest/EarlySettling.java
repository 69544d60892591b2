package io.nanite.faulttest;

import io.nanite.core.Bytes;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportListener;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Settles what it receives at once, as a consumer with automatic acks does. */
final class EarlySettling implements Transport {

    private final Transport transport;

    EarlySettling(Transport transport) {
        this.transport = transport;
    }

    @Override
    public Subscription subscribe(Source source, Receiver receiver) {
        return transport.subscribe(source, new Receiver() {
            @Override
            public void receive(Delivery delivery) {
                delivery.parts().forEach(Delivery.Part::settle);
                receiver.receive(new Early(delivery));
            }

            @Override
            public void resubscribed(int epoch) {
                receiver.resubscribed(epoch);
            }
        });
    }

    private record Early(Delivery delivery) implements Delivery {

        @Override
        public List<Part> parts() {
            return delivery.parts().stream().<Part>map(EarlyPart::new).toList();
        }

        @Override
        public boolean redelivered() {
            return delivery.redelivered();
        }
    }

    private record EarlyPart(Delivery.Part part) implements Delivery.Part {

        @Override
        public Bytes body() {
            return part.body();
        }

        @Override
        public @Nullable String contentType() {
            return part.contentType();
        }

        @Override
        public @Nullable String header(String name) {
            return part.header(name);
        }

        @Override
        public void reply(Parcel answer) {
            part.reply(answer);
        }

        @Override
        public void settle() {
            // It was settled long ago.
        }

        @Override
        public void requeue() {
            // It is not the broker's any more.
        }
    }

    @Override
    public void start(TransportListener listener) {
        transport.start(listener);
    }

    @Override
    public void send(Parcel parcel) {
        transport.send(parcel);
    }

    @Override
    public CompletableFuture<PublishReceipt> publish(Parcel parcel) {
        return transport.publish(parcel);
    }

    @Override
    public void declare(Source source) {
        transport.declare(source);
    }

    @Override
    public void close() {
        transport.close();
    }
}
