package io.nanite.agent;

import io.nanite.core.Bytes;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.NoSuchQueue;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A transport whose deliveries the test makes, and which remembers in one line what was done to it. */
final class HandTransport implements Transport {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What was done, in order. */
    sealed interface Event {

        record Started() implements Event {}

        record Subscribed(String queue, int prefetch) implements Event {}

        record Cancelled(String queue) implements Event {}

        record Sent(Parcel parcel) implements Event {}

        record Published(Parcel parcel) implements Event {}

        record Replied(HandPart part, Parcel parcel) implements Event {}

        record Settled(HandPart part) implements Event {}

        record Requeued(HandPart part) implements Event {}

        record Closed() implements Event {}
    }

    private final List<Event> events = new ArrayList<>();
    private final Map<String, Receiver> receivers = new ConcurrentHashMap<>();
    private @Nullable TransportListener listener;
    volatile Function<Parcel, PublishReceipt> verdict = parcel -> new PublishReceipt.Confirmed();
    volatile boolean refuses;

    /** How many more times a queue of work is refused, because somebody else reads it. */
    final AtomicInteger inUse = new AtomicInteger();

    private void happened(Event event) {
        synchronized (events) {
            events.add(event);
            events.notifyAll();
        }
    }

    List<Event> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }

    <E extends Event> List<E> events(Class<E> kind) {
        return events().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Waits until so many events of the kind fit, and returns them. */
    <E extends Event> List<E> await(int count, Class<E> kind, Predicate<E> fits) {
        Instant end = Instant.now().plus(PATIENCE);
        synchronized (events) {
            while (true) {
                List<E> found = events(kind).stream().filter(fits).toList();
                if (found.size() >= count) {
                    return found;
                }
                long left = Duration.between(Instant.now(), end).toMillis();
                if (left <= 0) {
                    throw new AssertionError("%d of %d %s in %s: %s"
                            .formatted(found.size(), count, kind.getSimpleName(), PATIENCE, events));
                }
                try {
                    events.wait(left);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    <E extends Event> List<E> await(int count, Class<E> kind) {
        return await(count, kind, event -> true);
    }

    /** Delivers one message to a queue, on the calling thread. */
    List<HandPart> deliver(String queue, boolean redelivered, List<Bytes> bodies) {
        return deliver(queue, redelivered, bodies, Map.of());
    }

    List<HandPart> deliver(String queue, boolean redelivered, List<Bytes> bodies, Map<String, String> headers) {
        List<HandPart> parts =
                bodies.stream().map(body -> new HandPart(body, headers)).toList();
        Receiver receiver = receivers.get(queue);
        if (receiver == null) {
            throw new AssertionError("nobody reads " + queue);
        }
        receiver.receive(new Delivery() {
            @Override
            public List<Part> parts() {
                return List.copyOf(parts);
            }

            @Override
            public boolean redelivered() {
                return redelivered;
            }
        });
        return parts;
    }

    void resubscribed(String queue, int epoch) {
        Receiver receiver = receivers.get(queue);
        if (receiver != null) {
            receiver.resubscribed(epoch);
        }
    }

    void disconnected() {
        if (listener != null) {
            listener.disconnected(new BrokerUnavailable("broker: gone (expected: there)", null));
        }
    }

    void reconnected() {
        if (listener != null) {
            listener.connected();
        }
    }

    @Override
    public void start(TransportListener listener) {
        if (refuses) {
            throw new BrokerUnavailable("broker: nobody (expected: somebody)", null);
        }
        this.listener = listener;
        happened(new Event.Started());
        listener.connected();
    }

    @Override
    public void send(Parcel parcel) {
        happened(new Event.Sent(parcel));
    }

    @Override
    public CompletableFuture<PublishReceipt> publish(Parcel parcel) {
        happened(new Event.Published(parcel));
        PublishReceipt receipt = verdict.apply(parcel);
        // What an agent leaves for itself reaches it.
        if (parcel.to() instanceof Address.Queue queue
                && queue.name().endsWith(".attempts")
                && receipt instanceof PublishReceipt.Confirmed) {
            deliver(queue.name(), false, List.of(parcel.body()), parcel.headers());
        }
        return CompletableFuture.completedFuture(receipt);
    }

    @Override
    public void declare(Source source) {
        throw new UnsupportedOperationException("an agent declares nothing that it does not read");
    }

    @Override
    public Subscription subscribe(Source source, Receiver receiver) {
        if (source.abandoned()) {
            throw new NoSuchQueue("queue %s: not there (expected: a queue)".formatted(source.queue()), null);
        }
        if (source.settled() && inUse.getAndUpdate(times -> Math.max(0, times - 1)) > 0) {
            throw new QueueInUse("queue %s: read by another (expected: nobody)".formatted(source.queue()), null);
        }
        receivers.put(source.queue(), receiver);
        happened(new Event.Subscribed(source.queue(), source.prefetch()));
        return new Subscription() {
            @Override
            public void cancel() {
                happened(new Event.Cancelled(source.queue()));
            }

            @Override
            public void close() {
                cancel();
            }
        };
    }

    @Override
    public void close() {
        happened(new Event.Closed());
    }

    /** Presence that went to this exchange. */
    static Predicate<Event.Sent> to(Address address) {
        return sent -> sent.parcel().to().equals(address);
    }

    /** A packet of a delivery. */
    final class HandPart implements Delivery.Part {

        private final Bytes body;
        private final String contentType;
        private final Map<String, String> headers;
        private final AtomicBoolean settled = new AtomicBoolean();

        HandPart(Bytes body, Map<String, String> headers) {
            this(body, "application/json", headers);
        }

        HandPart(Bytes body, String contentType, Map<String, String> headers) {
            this.body = body;
            this.contentType = contentType;
            this.headers = headers;
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
            return headers.get(name);
        }

        @Override
        public void reply(Parcel answer) {
            happened(new Event.Replied(this, answer));
        }

        @Override
        public void settle() {
            if (settled.compareAndSet(false, true)) {
                happened(new Event.Settled(this));
            }
        }

        @Override
        public void requeue() {
            if (settled.compareAndSet(false, true)) {
                happened(new Event.Requeued(this));
            }
        }
    }
}
