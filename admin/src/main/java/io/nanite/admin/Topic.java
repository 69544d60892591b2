package io.nanite.admin;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A row of events, of which the newest are kept: who was away for a moment goes on where he was. Each event has a number, and
 * the topic a name that no other process gives. Guarded by itself; never waits for a subscriber.
 */
final class Topic {

    private final String name;
    private final int mostEvents;
    private final int mostBytes;
    private final Deque<Event> kept = new ArrayDeque<>();
    private final Set<Subscriber> subscribers = new HashSet<>();
    private int bytes;
    private long last;
    private boolean finished;

    /** Who listens. Called under the topic's lock, so it must not wait. */
    interface Subscriber {

        void offer(byte[] event);

        /** Nothing more comes. */
        void finish();

        boolean isClosed();
    }

    private static final class Event {

        final long number;
        final byte[] text;

        Event(long number, byte[] text) {
            this.number = number;
            this.text = text;
        }
    }

    Topic(String name, int mostEvents, int mostBytes) {
        this.name = name;
        this.mostEvents = mostEvents;
        this.mostBytes = mostBytes;
    }

    synchronized void publish(String type, String json) {
        if (finished) {
            return;
        }
        last++;
        Event event = new Event(last, text(last, type, json));
        kept.addLast(event);
        bytes += event.text.length;
        while (kept.size() > mostEvents || (bytes > mostBytes && kept.size() > 1)) {
            bytes -= kept.removeFirst().text.length;
        }
        subscribers.removeIf(Subscriber::isClosed);
        subscribers.forEach(subscriber -> subscriber.offer(event.text));
    }

    /**
     * Has this told all events behind {@code lastId}. If that is null, too old or from elsewhere, it is told the snapshot first, and
     * then only what comes; without one, everything that is kept.
     */
    synchronized void subscribe(Subscriber subscriber, @Nullable String lastId, @Nullable Supplier<String> snapshot) {
        long behind = number(lastId);
        long first = last - kept.size() + 1;
        if (behind >= first - 1 && behind <= last) {
            kept.stream().filter(event -> event.number > behind).forEach(event -> subscriber.offer(event.text));
        } else if (snapshot != null) {
            subscriber.offer(text(last, "snapshot", snapshot.get()));
        } else {
            kept.forEach(event -> subscriber.offer(event.text));
        }
        if (finished) {
            subscriber.finish();
        } else {
            subscribers.add(subscriber);
        }
    }

    /** A sign of life, without a number. */
    synchronized void beat() {
        byte[] comment = ":\n\n".getBytes(StandardCharsets.UTF_8);
        subscribers.removeIf(Subscriber::isClosed);
        subscribers.forEach(subscriber -> subscriber.offer(comment));
    }

    /** Nothing more comes. */
    synchronized void finish() {
        finished = true;
        subscribers.forEach(Subscriber::finish);
        subscribers.clear();
    }

    synchronized int listening() {
        subscribers.removeIf(Subscriber::isClosed);
        return subscribers.size();
    }

    /** The number in an id of this topic; -1 if it is none. */
    private long number(@Nullable String id) {
        String prefix = name + "-";
        if (id == null
                || !id.startsWith(prefix)
                || !id.substring(prefix.length()).matches("[0-9]{1,18}")) {
            return -1;
        }
        return Long.parseLong(id.substring(prefix.length()));
    }

    private byte[] text(long number, String type, String json) {
        return "id: %s-%d\nevent: %s\ndata: %s\n\n"
                .formatted(name, number, type, json)
                .getBytes(StandardCharsets.UTF_8);
    }
}
