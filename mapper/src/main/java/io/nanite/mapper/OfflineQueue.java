package io.nanite.mapper;

import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives out work that was accepted while nobody could do it. What waits is held here unsettled, so that the broker keeps
 * it, and leaves in order the moment an able agent registers. Whichever mapper holds it, the answer goes to the one that
 * was asked. Everything here belongs to the loop.
 */
final class OfflineQueue implements Receiver {

    /** How much may be held; the rest waits at the broker. */
    static final int PREFETCH = 10_000;

    /**
     * After so long what is held goes back and comes again: a broker takes a reader for dead that settles nothing for half
     * an hour (RabbitMQ's consumer_timeout).
     */
    static final Duration LEASE = Duration.ofMinutes(10);

    /** How often what has passed its deadline is dropped. */
    static final Duration SWEEP = Duration.ofSeconds(1);

    /** How much is on its way to agents at once: a crowd that waited must not flatten the first that comes. */
    private static final int MOST_LEAVING = 100;

    private static final Logger LOG = LoggerFactory.getLogger(OfflineQueue.class);

    private record Held(Deliverable work, Delivery.Part part) {}

    private final EventLoop loop;
    private final Serializer serializer;
    private final Router router;
    private final PacketSender sender;
    private final Map<Service, Deque<Held>> held = new HashMap<>();
    private int leaving;

    OfflineQueue(EventLoop loop, Serializer serializer, Router router, PacketSender sender) {
        this.loop = loop;
        this.serializer = serializer;
        this.router = router;
        this.sender = sender;
    }

    @Override
    public void receive(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            try {
                if (serializer.read(part.body(), part.contentType(), delivery.redelivered())
                        instanceof Deliverable work) {
                    loop.execute(() -> hold(new Held(work, part)));
                    continue;
                }
                bury(part, "no work");
            } catch (SerializationException e) {
                bury(part, "unreadable: " + e.getMessage());
            }
        }
    }

    /** Nobody may drop what he cannot read: it may have been sealed before he was known. */
    private void bury(Delivery.Part part, String reason) {
        LOG.warn("{} from the offline queue goes to the dead letters: {}", part.body(), Printable.of(reason));
        var unused = sender.bury(
                        part, Source.offline(1).queue(), reason, loop.time().now())
                .thenAccept(receipt -> {
                    if (receipt instanceof PublishReceipt.Confirmed) {
                        part.settle();
                    }
                });
    }

    /** Everything that was held comes again. */
    @Override
    public void resubscribed(int epoch) {
        loop.execute(held::clear);
    }

    private void hold(Held work) {
        held.computeIfAbsent(work.work().service(), unused -> new ArrayDeque<>())
                .addLast(work);
        leave(work.work().service());
    }

    /** An agent is here: what it can do leaves. */
    void came(AgentEntry agent) {
        agent.services().forEach(this::leave);
    }

    /** What could not leave may now. */
    void retry() {
        List.copyOf(held.keySet()).forEach(this::leave);
    }

    private void leave(Service service) {
        Deque<Held> waiting = held.get(service);
        while (waiting != null && !waiting.isEmpty() && leaving < MOST_LEAVING) {
            Held next = waiting.removeFirst();
            if (next.work().metadata().expired(loop.time().now())) {
                next.part().settle(); // whoever asked has been told
                continue;
            }
            CompletableFuture<Boolean> forwarded = router.forward(next.work(), Set.of());
            if (forwarded.isDone() && !forwarded.isCompletedExceptionally() && !forwarded.join()) {
                waiting.addFirst(next); // nobody can, so nobody can those behind it
                return;
            }
            leaving++;
            var unused = forwarded.whenComplete(
                    (taken, error) -> loop.execute(() -> left(service, next, error == null && taken)));
        }
    }

    private void left(Service service, Held work, boolean taken) {
        leaving--;
        if (taken) {
            work.part().settle();
            leave(service);
        } else {
            held.computeIfAbsent(service, unused -> new ArrayDeque<>()).addFirst(work);
        }
    }

    /** Drops what nobody waits for any more. */
    void sweep() {
        drop(work -> work.metadata().expired(loop.time().now()));
    }

    /** Drops a request that was cancelled, if it waits here. */
    void cancel(Token token) {
        drop(work -> work.token().equals(token));
    }

    private void drop(Predicate<Deliverable> unwanted) {
        held.values()
                .forEach(waiting -> waiting.removeIf(work -> {
                    boolean drop = unwanted.test(work.work());
                    if (drop) {
                        work.part().settle();
                    }
                    return drop;
                }));
    }

    /** Gives everything back to the broker, which delivers it again. */
    void giveBack() {
        held.values().forEach(waiting -> waiting.forEach(work -> work.part().requeue()));
        held.clear();
    }
}
