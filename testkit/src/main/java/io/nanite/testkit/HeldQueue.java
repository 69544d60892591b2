package io.nanite.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A queue of an in-memory broker. Guarded by the broker's lock. */
final class HeldQueue {

    private final String name;

    /** The transport whose connection it lives with; null if it outlives them all. */
    private final @Nullable InMemoryTransport connection;

    private final Deque<Message> ready = new ArrayDeque<>();
    private final List<InMemorySubscription> readers = new ArrayList<>();
    private boolean owned;

    HeldQueue(String name, @Nullable InMemoryTransport connection) {
        this.name = name;
        this.connection = connection;
    }

    String name() {
        return name;
    }

    @Nullable
    InMemoryTransport connection() {
        return connection;
    }

    /** Whether a reader may come: nobody reads yet, or those who do and this one share. */
    boolean admits(boolean alone) {
        return readers.isEmpty() || (!owned && !alone);
    }

    List<InMemorySubscription> readers() {
        return List.copyOf(readers);
    }

    int waiting() {
        return ready.size();
    }

    void attach(InMemorySubscription reader, boolean alone) {
        readers.add(reader);
        owned = alone;
        deliver();
    }

    void detach(InMemorySubscription reader) {
        readers.remove(reader);
    }

    void add(Message message) {
        ready.addLast(message);
        deliver();
    }

    /** Puts messages back before all that wait, in the order in which they were delivered. */
    void giveBack(List<Message> unsettled) {
        for (int i = unsettled.size() - 1; i >= 0; i--) {
            ready.addFirst(unsettled.get(i).again());
        }
        deliver();
    }

    /** What a broker forgets when it stops. */
    void forgetTransient() {
        ready.removeIf(message -> !message.persistent());
    }

    /** Gives what waits to the readers that want more, in turn. */
    void deliver() {
        int asked = 0;
        while (!ready.isEmpty() && asked < readers.size()) {
            InMemorySubscription reader = readers.remove(0);
            readers.add(reader);
            if (reader.wantsMore()) {
                reader.deliver(ready.removeFirst());
                asked = 0;
            } else {
                asked++;
            }
        }
    }
}
