package io.nanite.testkit;

import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.NoSuchQueue;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TopologyMismatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A broker without a network: the transports that it makes meet in it. Behaves as an AMQP broker does where the
 * {@linkplain TransportContract contract} looks, and breaks where a test says so. Safe for use by many threads.
 *
 * <p>{@link #threaded} calls back on one thread per transport, named {@code USER-transport}, as production does.
 * {@link #inline} calls back on the thread that caused it, in one order that is always the same; there a test that starts
 * no threads needs no waiting. {@link #packing} is threaded and also sends from that thread, whatever waits by then, so
 * that packets do travel together; in the other two they do only when a test holds them.
 *
 * <p>The exchanges {@code reply} and {@code files} are topics ({@code *} and {@code #} in a binding's key match), all
 * others fanouts. They need no declaration.
 */
public final class InMemoryBroker {

    private final Object lock = new Object();
    private final @Nullable Threading shared;
    private final boolean packing;
    private final Map<String, HeldQueue> queues = new LinkedHashMap<>();
    private final Set<Binding> bindings = new LinkedHashSet<>();
    private final List<InMemoryTransport> transports = new ArrayList<>();
    private boolean running = true;
    private boolean blocked;

    private record Binding(Address.Exchange exchange, String queue) {}

    private InMemoryBroker(@Nullable Threading shared, boolean packing) {
        this.shared = shared;
        this.packing = packing;
    }

    /** A broker that calls back on a thread of each transport. */
    public static InMemoryBroker threaded() {
        return new InMemoryBroker(null, false);
    }

    /** A broker that calls back on a thread of each transport, which sends what waits as well. */
    public static InMemoryBroker packing() {
        return new InMemoryBroker(null, true);
    }

    /** A broker that calls back on the thread that caused it. */
    public static InMemoryBroker inline() {
        return new InMemoryBroker(new Threading.CallersThread(), false);
    }

    /** A transport for this user, not started. Users are not checked. */
    public InMemoryTransport transport(String user) {
        return new InMemoryTransport(
                this, user, shared == null ? new Threading.OwnThread(user + "-transport") : shared);
    }

    /** How many messages wait in the queue, without those that are delivered and not settled; a pack counts once. */
    public int waiting(String queue) {
        synchronized (lock) {
            HeldQueue held = queues.get(queue);
            return held == null ? 0 : held.waiting();
        }
    }

    /** The names of the queues that exist. */
    public Set<String> queues() {
        synchronized (lock) {
            return Set.copyOf(queues.keySet());
        }
    }

    /** Makes a durable queue that nobody reads yet. */
    public void declare(String queue) {
        synchronized (lock) {
            queues.computeIfAbsent(queue, name -> new HeldQueue(name, null));
        }
    }

    /** Deletes a queue with all that is in it, as an operator may. Whoever reads it declares it again. */
    public void delete(String queue) {
        exclusively(() -> {
            HeldQueue held = remove(queue);
            if (held != null) {
                held.readers().forEach(InMemorySubscription::rebuild);
            }
        });
    }

    /**
     * Takes nothing more from anybody, and says so to every listener. What is sent waits at its transport; what is settled
     * is settled, unless an answer waits in front of it.
     */
    public void block(String reason) {
        exclusively(() -> {
            blocked = true;
            transports.forEach(each -> each.told(listener -> listener.blocked(reason)));
        });
    }

    /** What waits for a broker that takes nothing has waited for as long as it may: it goes back to who sent it. */
    public void endWaiting() {
        exclusively(() -> List.copyOf(transports).forEach(InMemoryTransport::giveBack));
    }

    /** Takes messages again; {@code blockedFor} is what listeners are told. */
    public void unblock(Duration blockedFor) {
        exclusively(() -> {
            blocked = false;
            transports.forEach(each -> each.told(listener -> listener.unblocked(blockedFor)));
            List.copyOf(transports).forEach(InMemoryTransport::flush);
        });
    }

    /** Every transport loses its connection, and whatever is not persistent is lost. */
    public void stop() {
        exclusively(() -> {
            running = false;
            transports.forEach(each -> each.lose("the broker was stopped"));
            queues.values().forEach(HeldQueue::forgetTransient);
        });
    }

    /** Every transport that was connected gets its connection back. */
    public void start() {
        exclusively(() -> {
            running = true;
            transports.forEach(InMemoryTransport::regain);
        });
    }

    // From here on for this package, and but for exclusively() with the lock held.

    void exclusively(Runnable action) {
        exclusively(null, () -> {
            action.run();
            return action;
        });
    }

    <T> T exclusively(@Nullable Threading threading, Supplier<T> action) {
        T result;
        synchronized (lock) {
            result = action.get();
        }
        Threading told = shared == null ? threading : shared;
        if (told != null) {
            told.unlocked();
        }
        return result;
    }

    boolean sendsLater() {
        return packing;
    }

    boolean blocked() {
        return blocked;
    }

    boolean running() {
        return running;
    }

    void connect(InMemoryTransport transport) {
        if (!running) {
            throw new BrokerUnavailable("in-memory broker: stopped (expected: running)", null);
        }
        transports.add(transport);
    }

    void forget(InMemoryTransport transport) {
        transports.remove(transport);
    }

    /** The queue as the source wants it; throws if it is there and is different, or belongs to somebody else. */
    HeldQueue declare(Source source, InMemoryTransport by) {
        boolean fleeting = source.lifetime() == Source.Lifetime.CONNECTION;
        HeldQueue held = queues.get(source.queue());
        if (held != null && held.connection() != null && !by.equals(held.connection())) {
            throw refused(source, by, "it lives with the connection of another");
        }
        if (held != null && fleeting != (held.connection() != null)) {
            throw new TopologyMismatch(
                    "queue %s: %s (expected: %s)".formatted(source.queue(), fleeting ? "durable" : "fleeting", source),
                    null);
        }
        if (held == null && source.abandoned()) {
            throw new NoSuchQueue("queue %s: does not exist".formatted(source.queue()), null);
        }
        if (held == null) {
            held = new HeldQueue(source.queue(), fleeting ? by : null);
            queues.put(source.queue(), held);
        }
        if (!held.admits(source.lifetime() != Source.Lifetime.SHARED)) {
            throw refused(source, by, "somebody reads it");
        }
        for (Address.Exchange exchange : source.bindings()) {
            bindings.add(new Binding(exchange, source.queue()));
        }
        return held;
    }

    private static QueueInUse refused(Source source, InMemoryTransport by, String why) {
        return new QueueInUse(
                "queue %s for %s: %s (expected: one reader)".formatted(source.queue(), by.user(), why), null);
    }

    @Nullable
    HeldQueue remove(String queue) {
        bindings.removeIf(binding -> binding.queue().equals(queue));
        return queues.remove(queue);
    }

    /** Deletes what lived with a connection. */
    void removeQueuesOf(InMemoryTransport transport) {
        List.copyOf(queues.values()).stream()
                .filter(queue -> transport.equals(queue.connection()))
                .forEach(queue -> remove(queue.name()));
    }

    /** Puts the message into every queue that the address leads to; false if there is none. */
    boolean route(Address to, Message message) {
        List<HeldQueue> found = new ArrayList<>();
        if (to instanceof Address.Exchange exchange) {
            Set<String> names = new LinkedHashSet<>();
            for (Binding binding : bindings) {
                if (leadsTo(binding, exchange)) {
                    names.add(binding.queue());
                }
            }
            names.forEach(name -> addIfThere(found, name));
        } else {
            addIfThere(found, ((Address.Queue) to).name());
        }
        found.forEach(queue -> queue.add(message));
        return !found.isEmpty();
    }

    private void addIfThere(List<HeldQueue> found, String name) {
        HeldQueue held = queues.get(name);
        if (held != null) {
            found.add(held);
        }
    }

    private static boolean leadsTo(Binding binding, Address.Exchange to) {
        if (!binding.exchange().name().equals(to.name())) {
            return false;
        }
        boolean topic = to.name().equals(Address.REPLY) || to.name().equals("files");
        return !topic || matches(words(binding.exchange().key()), words(to.key()));
    }

    private static List<String> words(String key) {
        return List.of(key.split("\\.", -1));
    }

    /** As AMQP has it: {@code *} stands for one word, {@code #} for any number of them. */
    private static boolean matches(List<String> pattern, List<String> words) {
        if (pattern.isEmpty()) {
            return words.isEmpty();
        }
        List<String> rest = pattern.subList(1, pattern.size());
        if (pattern.get(0).equals("#")) {
            return matches(rest, words) || (!words.isEmpty() && matches(pattern, words.subList(1, words.size())));
        }
        return !words.isEmpty()
                && (pattern.get(0).equals("*") || pattern.get(0).equals(words.get(0)))
                && matches(rest, words.subList(1, words.size()));
    }
}
