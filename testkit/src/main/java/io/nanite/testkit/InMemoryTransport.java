package io.nanite.testkit;

import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.MessageBody;
import io.nanite.core.transport.Pack;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportException;
import io.nanite.core.transport.TransportListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A transport that ends in an {@link InMemoryBroker}, which makes it. Keeps every promise of {@link Transport}, and breaks
 * its connection when a test says so. Packets travel alone unless they wait: a test lets them wait with {@link #hold}.
 * Safe for use by many threads.
 */
public final class InMemoryTransport implements Transport {

    /** A parcel that waits, and who wants to know its fate. */
    private record Outgoing(Parcel parcel, @Nullable CompletableFuture<PublishReceipt> receipt, boolean answers) {}

    private enum State {
        NEW,
        CONNECTED,
        DISCONNECTED,
        CLOSED
    }

    private final InMemoryBroker broker;
    private final String user;
    private final Threading threading;
    private final List<InMemorySubscription> subscriptions = new ArrayList<>();
    private final List<Outgoing> outgoing = new ArrayList<>();
    private final List<Runnable> settlements = new ArrayList<>();
    private TransportListener listener = new TransportListener() {};
    private State state = State.NEW;
    private boolean held;
    private boolean sending;

    InMemoryTransport(InMemoryBroker broker, String user, Threading threading) {
        this.broker = broker;
        this.user = user;
        this.threading = threading;
    }

    /** Who it is at the broker. */
    public String user() {
        return user;
    }

    @Override
    public void start(TransportListener listener) {
        exclusively(() -> {
            if (state != State.NEW) {
                throw new IllegalStateException("transport of %s: %s (expected: NEW)".formatted(user, state));
            }
            broker.connect(this);
            this.listener = listener;
            state = State.CONNECTED;
            told(TransportListener::connected);
        });
    }

    @Override
    public void send(Parcel parcel) {
        exclusively(() -> {
            if (state == State.CONNECTED) {
                outgoing.add(new Outgoing(parcel, null, false));
                flush();
            }
        });
    }

    /** What is published without a connection waits for the next one. */
    @Override
    public CompletableFuture<PublishReceipt> publish(Parcel parcel) {
        CompletableFuture<PublishReceipt> receipt = new CompletableFuture<>();
        exclusively(() -> {
            if (state == State.CLOSED) {
                receipt.complete(unknown());
            } else {
                outgoing.add(new Outgoing(parcel, receipt, false));
                flush();
            }
        });
        return receipt;
    }

    @Override
    public Subscription subscribe(Source source, Receiver receiver) {
        return broker.exclusively(threading, () -> {
            if (state != State.CONNECTED) {
                throw new BrokerUnavailable(
                        "subscription of %s to %s: transport %s (expected: CONNECTED)"
                                .formatted(user, source.queue(), state),
                        null);
            }
            InMemorySubscription subscription = new InMemorySubscription(this, source, receiver);
            subscription.attach();
            subscriptions.add(subscription);
            return subscription;
        });
    }

    @Override
    public void declare(Source source) {
        broker.declare(source.queue());
    }

    @Override
    public void close() {
        exclusively(() -> {
            if (state == State.CLOSED) {
                return;
            }
            held = false;
            sendWaiting();
            List.copyOf(subscriptions).forEach(InMemorySubscription::end);
            broker.removeQueuesOf(this);
            giveUp();
            state = State.CLOSED;
            broker.forget(this);
        });
        threading.end();
    }

    /** From now on what is sent, published, answered and settled waits, until {@link #release}. */
    public void hold() {
        exclusively(() -> held = true);
    }

    /** Sends what waits: of what is for one address, up to 64 packable packets of a kind in one message. */
    public void release() {
        exclusively(() -> {
            held = false;
            flush();
        });
    }

    /** Breaks the connection, as a cut cable does: what was not settled goes to others, what waited to be sent is lost. */
    public void disconnect() {
        exclusively(() -> lose("a test cut the connection"));
    }

    /**
     * Brings the connection back, with everything that was subscribed. Throws {@link TransportException} if the broker
     * does not give back a queue; the connection is still gone then.
     */
    public void reconnect() {
        exclusively(this::regain);
    }

    // From here on for this package, with the broker's lock held.

    private void exclusively(Runnable action) {
        broker.exclusively(threading, () -> {
            action.run();
            return action;
        });
    }

    void outside(Runnable action) {
        exclusively(action);
    }

    InMemoryBroker broker() {
        return broker;
    }

    /** Calls back, after everything that was called back before. */
    void post(Runnable callback) {
        if (state != State.CLOSED) {
            threading.post(callback);
        }
    }

    void told(Consumer<TransportListener> news) {
        TransportListener told = listener;
        post(() -> news.accept(told));
    }

    void forget(InMemorySubscription subscription) {
        subscriptions.remove(subscription);
    }

    /** Answers wait with what is sent, settlings behind them, in order. */
    void reply(Parcel answer) {
        if (state == State.CONNECTED) {
            outgoing.add(new Outgoing(answer, null, true));
            flush();
        }
    }

    /** What waits to be sent, and answers nobody, does not wait any more. */
    void giveBack() {
        List<Outgoing> waiting =
                outgoing.stream().filter(each -> !each.answers()).toList();
        outgoing.removeAll(waiting);
        BrokerBlocked cause = new BrokerBlocked("transport of %s: blocked (expected: not)".formatted(user), null);
        for (Outgoing each : waiting) {
            if (each.receipt() == null) {
                told(listener -> listener.unsent(each.parcel(), cause));
            } else {
                receive(each, new PublishReceipt.Unsent(cause));
            }
        }
    }

    void settle(Runnable settlement) {
        settlements.add(settlement);
        flush();
    }

    void lose(String reason) {
        if (state != State.CONNECTED) {
            return;
        }
        state = State.DISCONNECTED;
        outgoing.removeIf(each -> each.receipt() == null);
        settlements.clear();
        subscriptions.forEach(InMemorySubscription::interrupt);
        broker.removeQueuesOf(this);
        told(listener -> listener.disconnected(
                new BrokerUnavailable("connection of %s: %s (expected: up)".formatted(user, reason), null)));
    }

    void regain() {
        if (state != State.DISCONNECTED) {
            return;
        }
        if (!broker.running()) {
            throw new BrokerUnavailable("in-memory broker: stopped (expected: running)", null);
        }
        state = State.CONNECTED;
        try {
            subscriptions.forEach(InMemorySubscription::attach);
        } catch (TransportException e) {
            subscriptions.forEach(InMemorySubscription::interrupt);
            broker.removeQueuesOf(this);
            state = State.DISCONNECTED;
            throw e;
        }
        told(TransportListener::connected);
        flush();
    }

    private void giveUp() {
        for (Outgoing each : outgoing) {
            receive(each, unknown());
        }
        outgoing.clear();
        settlements.clear();
    }

    private PublishReceipt unknown() {
        return new PublishReceipt.Unknown(
                new BrokerUnavailable("transport of %s: closed (expected: open)".formatted(user), null));
    }

    private void receive(Outgoing published, PublishReceipt receipt) {
        CompletableFuture<PublishReceipt> waiting = published.receipt();
        if (waiting != null) {
            post(() -> waiting.complete(receipt));
        }
    }

    /** Sends and settles what waits: now, or from the transport's thread. */
    void flush() {
        if (!broker.sendsLater()) {
            sendWaiting();
        } else if (!sending) {
            sending = true;
            post(() -> exclusively(this::sendWaiting));
        }
    }

    /** Sends what waits, then settles what waits, unless something says wait. */
    void sendWaiting() {
        sending = false;
        if (held || state != State.CONNECTED) {
            return;
        }
        if (broker.blocked()) {
            if (outgoing.stream().noneMatch(Outgoing::answers)) {
                settleWaiting();
            }
            return;
        }
        List<List<Outgoing>> messages = grouped(outgoing);
        outgoing.clear();
        messages.forEach(this::dispatch);
        settleWaiting();
    }

    private void settleWaiting() {
        List<Runnable> waiting = List.copyOf(settlements);
        settlements.clear();
        waiting.forEach(Runnable::run);
    }

    /** Keeps the order among what is for one address. */
    private static List<List<Outgoing>> grouped(List<Outgoing> outgoing) {
        List<List<Outgoing>> messages = new ArrayList<>();
        Map<Address, List<Outgoing>> open = new HashMap<>();
        for (Outgoing each : outgoing) {
            Parcel parcel = each.parcel();
            List<Outgoing> group = open.get(parcel.to());
            if (group != null
                    && group.size() < Pack.MOST_PACKETS
                    && alike(group.get(0).parcel(), parcel)) {
                group.add(each);
            } else {
                List<Outgoing> next = new ArrayList<>(List.of(each));
                messages.add(next);
                open.put(parcel.to(), next);
            }
        }
        return messages;
    }

    private static boolean alike(Parcel first, Parcel next) {
        return first.persistent() == next.persistent() && MessageBody.share(first, next);
    }

    private void dispatch(List<Outgoing> group) {
        Address to = group.get(0).parcel().to();
        Message message = Message.of(group.stream().map(Outgoing::parcel).toList());
        boolean routed = broker.route(to, message);
        List<Outgoing> sent =
                group.stream().filter(each -> each.receipt() == null).toList();
        if (!routed && !sent.isEmpty()) {
            Message back = Message.of(sent.stream().map(Outgoing::parcel).toList());
            told(listener -> listener.returned(to, InMemoryDelivery.returned(back, this)));
        }
        PublishReceipt receipt = routed
                ? new PublishReceipt.Confirmed()
                : new PublishReceipt.Returned("%s: no queue (expected: one that takes it)".formatted(to));
        group.forEach(each -> receive(each, receipt));
    }
}
