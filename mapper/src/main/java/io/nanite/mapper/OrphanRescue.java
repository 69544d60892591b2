package io.nanite.mapper;

import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Request;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.NoSuchQueue;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves what lies in the queue of an agent that died. The broker lets one reader at a queue, so of several mappers one
 * saves, and an agent that is back is never robbed. Belongs to a thread of its own, because subscribing waits for the
 * broker; what it reads is decided on the transport's thread.
 *
 * <p>Pushes, and requests that came out of the offline queue, are given to another agent under their tokens. A request
 * whose own mapper watches over it is dropped: that mapper has given it to another already. Work for one agent or nobody
 * stays for it.
 */
final class OrphanRescue implements AutoCloseable {

    /** How often it looks whether a rescue is done. */
    static final Duration LOOK = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(OrphanRescue.class);

    private static final int PREFETCH = 1_000;

    /** Mappers that hear of one death together must not all come at once. */
    private static final Duration SPREAD = Duration.ofMillis(500);

    /** Nothing more comes when nothing has come for so long. */
    private static final Duration LULL = Duration.ofSeconds(1);

    /**
     * After so many agent time-outs nobody thinks any more that the agent lives: a silent one is dead after one and a half.
     * Until then its queue stays, for what is still sent to it would be confirmed and gone with a queue that is being deleted.
     */
    private static final int BURIAL = 3;

    /** When to come again for what nobody could take. */
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final MapperConfig config;
    private final EventLoop loop;
    private final RandomGenerator random;
    private final Transport transport;
    private final Serializer serializer;
    private final Registry registry;
    private final Router router;
    private final PacketSender sender;
    private final Map<Identity, Rescue> running = new HashMap<>();

    /** The readers of what agents that are gone for good have counted. */
    private final Map<Identity, Subscription> clearing = new HashMap<>();

    /** Agents whose queues still hold work that nobody could take. */
    private final Set<Identity> left = new HashSet<>();

    OrphanRescue(
            MapperConfig config,
            EventLoop loop,
            RandomGenerator random,
            Transport transport,
            Serializer serializer,
            Registry registry,
            Router router,
            PacketSender sender) {
        this.config = config;
        this.loop = loop;
        this.random = random;
        this.transport = transport;
        this.serializer = serializer;
        this.registry = registry;
        this.router = router;
        this.sender = sender;
    }

    /** An agent is gone. Any thread. */
    void died(Identity agent) {
        if (config.rescue()) {
            comeFor(agent, Duration.ofNanos(random.nextLong(SPREAD.toNanos())));
        }
    }

    /**
     * An agent has left, and what it gave back lies in its queue: takes the queue at once, and says whether somebody else
     * reads it. Any thread; says so on the rescue's.
     */
    void left(Identity agent, Consumer<Boolean> inUse) {
        if (!config.rescue()) {
            inUse.accept(false);
            return;
        }
        loop.execute(() -> inUse.accept(begin(agent, false)));
        loop.after(untilBurial(), () -> begin(agent, true));
    }

    private void comeFor(Identity agent, Duration in) {
        loop.after(in, () -> begin(agent, false));
        loop.after(untilBurial().plus(in), () -> begin(agent, true));
    }

    private Duration untilBurial() {
        return config.agentTimeout().multipliedBy(BURIAL);
    }

    /** An agent is here: what is its own is for it, and what others left may be for it too. Any thread. */
    void came(Identity agent) {
        loop.execute(() -> {
            Rescue own = running.remove(agent);
            if (own != null) {
                own.end();
            }
            Subscription counted = clearing.remove(agent);
            if (counted != null) {
                counted.close();
            }
            left.remove(agent);
            for (Identity orphan : Set.copyOf(left)) {
                comeFor(orphan, Duration.ZERO);
            }
        });
    }

    /** Returns whether somebody else reads the queue. */
    private boolean begin(Identity agent, boolean last) {
        if (registry.find(agent) != null || running.containsKey(agent)) {
            return false;
        }
        left.remove(agent);
        Rescue rescue = new Rescue(agent, last);
        try {
            rescue.subscription = transport.subscribe(Source.orphan(agent, PREFETCH), rescue);
            running.put(agent, rescue);
        } catch (NoSuchQueue e) {
            LOG.debug("nothing of {} to save", agent);
            if (last) {
                forget(agent);
            }
        } catch (QueueInUse e) {
            LOG.debug("somebody else reads what is left of {}", agent);
            return true;
        } catch (TransportException e) {
            LOG.warn("what is left of {} cannot be saved now: {}", agent, e.getMessage());
            comeFor(agent, AGAIN);
        }
        return false;
    }

    /** Ends the rescues to which nothing more comes. */
    void look() {
        for (Iterator<Rescue> all = running.values().iterator(); all.hasNext(); ) {
            Rescue rescue = all.next();
            if (rescue.isOver(loop.time().nanos())) {
                all.remove();
                rescue.end();
                if (rescue.last && rescue.kept.get() == 0) {
                    bury(rescue.agent);
                }
            }
        }
    }

    /**
     * The queue goes, if nothing is in it now. Not as the end of a rescue: that may end because the agent says that it is back,
     * when it does not read yet and others send to it already.
     */
    private void bury(Identity agent) {
        try {
            transport.subscribe(Source.remains(agent, 1), delivery -> {}).close();
            transport.subscribe(Source.orphan(agent, 1), delivery -> {}).close();
            LOG.debug("the queue of {} stays: it is not empty", agent);
        } catch (NoSuchQueue e) {
            forget(agent);
        } catch (TransportException e) {
            LOG.debug("the queue of {} stays: {}", agent, e.getMessage());
        }
    }

    /** With its work goes what it has counted of jobs that came again: they are done elsewhere by now. */
    private void forget(Identity agent) {
        if (clearing.containsKey(agent)) {
            return;
        }
        try {
            clearing.put(
                    agent, transport.subscribe(Source.forgottenAttempts(agent, PREFETCH), delivery -> delivery.parts()
                            .forEach(Delivery.Part::settle)));
            loop.after(LULL, () -> {
                Subscription counted = clearing.remove(agent);
                if (counted != null) {
                    counted.close();
                }
            });
        } catch (TransportException e) {
            LOG.debug("nothing that {} has counted: {}", agent, e.getMessage());
        }
    }

    @Override
    public void close() {
        running.values().forEach(Rescue::end);
        running.clear();
        clearing.values().forEach(Subscription::close);
        clearing.clear();
    }

    /** The saving of one agent's work. */
    private final class Rescue implements Receiver {

        private final Identity agent;

        /** Whether the queue is to go when nothing is left in it. */
        private final boolean last;

        private final AtomicInteger moving = new AtomicInteger();
        private final AtomicInteger saved = new AtomicInteger();
        private final AtomicInteger kept = new AtomicInteger();
        private volatile long lastSign = loop.time().nanos();
        private volatile Subscription subscription = new Subscription() {
            @Override
            public void cancel() {}

            @Override
            public void close() {}
        };

        Rescue(Identity agent, boolean last) {
            this.agent = agent;
            this.last = last;
        }

        boolean isOver(long now) {
            return moving.get() == 0 && now - lastSign > LULL.toNanos();
        }

        /** Gives back what was not moved. */
        void end() {
            subscription.close();
            if (saved.get() > 0 || kept.get() > 0) {
                LOG.info("saved {} jobs of {}, left {} for it", saved, agent, kept);
            }
            if (kept.get() > 0 && registry.find(agent) == null) {
                left.add(agent);
            }
        }

        @Override
        public void receive(Delivery delivery) {
            lastSign = loop.time().nanos();
            delivery.parts().forEach(part -> save(part, delivery.redelivered()));
        }

        private void save(Delivery.Part part, boolean redelivered) {
            if (serializer.isLive(part.contentType())) {
                part.settle(); // for the dead alone; whoever asked it watches over it
                return;
            }
            Deliverable work;
            try {
                if (!(serializer.read(part.body(), part.contentType(), redelivered) instanceof Deliverable read)) {
                    part.settle(); // a question to the dead
                    return;
                }
                work = read;
            } catch (SerializationException e) {
                bury(part, e);
                return;
            }
            if (work.metadata().expired(loop.time().now()) || isWatched(work)) {
                part.settle();
            } else if (work.selector().equals(CallOptions.TARGET)) {
                kept.incrementAndGet();
            } else {
                move(work, part);
            }
        }

        /**
         * Whether the mapper that waits for the answer sent it here itself: then it has sent it elsewhere by now. What an agent
         * asked for is always watched: if that mapper is gone, the broker has given the question to another.
         */
        private boolean isWatched(Deliverable work) {
            return work instanceof Request request
                    && (request.from().equals(request.replyTo())
                            || request.from().isAgent())
                    && !work.selector().equals(CallOptions.TARGET);
        }

        private void move(Deliverable work, Delivery.Part part) {
            moving.incrementAndGet();
            var unused = router.forward(work, Set.of(agent)).whenComplete((taken, error) -> {
                lastSign = loop.time().nanos();
                if (error == null && taken) {
                    saved.incrementAndGet();
                    part.settle();
                    moving.decrementAndGet();
                } else if (config.offlineFailsafe()) {
                    park(work, part);
                } else {
                    kept.incrementAndGet();
                    moving.decrementAndGet();
                }
            });
        }

        private void park(Deliverable work, Delivery.Part part) {
            var unused = sender.park(work).whenComplete((receipt, error) -> {
                if (receipt instanceof PublishReceipt.Confirmed) {
                    saved.incrementAndGet();
                    part.settle();
                } else {
                    kept.incrementAndGet();
                }
                moving.decrementAndGet();
            });
        }

        private void bury(Delivery.Part part, SerializationException why) {
            moving.incrementAndGet();
            String reason = "unreadable: " + why.getMessage();
            var unused = sender.bury(part, agent, reason, loop.time().now()).whenComplete((receipt, error) -> {
                if (receipt instanceof PublishReceipt.Confirmed) {
                    part.settle();
                }
                moving.decrementAndGet();
            });
        }
    }
}
