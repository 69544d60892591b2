package io.nanite.rabbitmq;

import io.nanite.core.serializer.SerializationException;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.MessageBody;
import io.nanite.core.transport.Pack;
import io.nanite.core.transport.Parcel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what one connection sends: messages and acks, in order, by one thread at a time.
 *
 * <p>Its own thread takes whatever waits, packs what may be packed, and sends it all with one flush; it never waits for
 * more to come. A caller that finds the writer idle writes its one message itself: with one request in flight, waking
 * another thread costs more than the writing. Everybody else only queues.
 */
final class Writer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

    /** A pack is closed when it holds this many bytes. */
    private static final int PACK_BYTES = 256 * 1024;

    /** How much is taken per turn, so that settling does not wait for an endless stream of sends. */
    private static final int MOST_PER_TURN = 1024;

    /** Whoever adds to what waits is given this long to add the next; when nobody does, everything goes. */
    private static final long LULL_NANOS = TimeUnit.MICROSECONDS.toNanos(8);

    /** The longest that is waited for a lull. */
    private static final long GATHER_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** Callers write themselves only if nothing was written for this long: those in a burst queue, and are packed. */
    private static final long QUIET_NANOS = TimeUnit.MICROSECONDS.toNanos(40);

    /** Callers write themselves as long as turns have had fewer orders than this, on average. */
    private static final double FEW = 1.5;

    /** Callers write no more than this themselves: a network that takes nothing must not hold them. */
    private static final int CALLERS_BYTES = 32 * 1024;

    /** How long an ack may wait for others to go with. */
    private static final long LAZY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Something to write. */
    sealed interface Order {

        /** A parcel, who waits for the broker's word on it, and since when it waits itself. */
        record Send(Outlet outlet, Parcel parcel, @Nullable Pending pending, long since) implements Order {

            Send(Outlet outlet, Parcel parcel, @Nullable Pending pending) {
                this(outlet, parcel, pending, System.nanoTime());
            }
        }

        /** A parcel that answers a message, and the settling of that message behind it. */
        record Answer(ReadChannel channel, Parcel parcel, long tag) implements Order {}

        /** A message that is done with, or shall come again. */
        record Settle(ReadChannel channel, long tag, boolean requeue) implements Order {}
    }

    private record Destination(Outlet outlet, Address to, boolean persistent) {}

    private final Wire wire;
    private final boolean packing;
    private final Queue<Order> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();

    /** Settlings that go with whatever goes next, and alone only after a while. */
    private final Queue<Order.Settle> lazy = new ConcurrentLinkedQueue<>();

    private final AtomicInteger lazySize = new AtomicInteger();
    private final Thread thread;

    /** Held by whoever writes. */
    private final ReentrantLock turn = new ReentrantLock();

    // Touched only by whoever has the turn.
    private final Map<Destination, List<Order.Send>> packs = new LinkedHashMap<>();
    private final Set<ReadChannel> settled = new LinkedHashSet<>();
    /** How many orders a turn had, lately. */
    private volatile double recently;

    private volatile long lastWrite = System.nanoTime() - QUIET_NANOS;

    private volatile boolean parked;
    private volatile boolean closed;

    Writer(String name, Wire wire, boolean packing) {
        this.wire = wire;
        this.packing = packing;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Writes the order now if nobody else writes, or leaves it to the writer's thread. */
    void enqueue(Order order) {
        if (isQuiet() && isSmall(order) && turn.tryLock()) {
            try {
                if (waiting.isEmpty() && wire.writable()) {
                    write(List.of(order));
                    return;
                }
            } finally {
                turn.unlock();
            }
        }
        waiting.add(order);
        size.incrementAndGet();
        wake();
    }

    private boolean isQuiet() {
        return waiting.isEmpty() && recently < FEW && System.nanoTime() - lastWrite > QUIET_NANOS;
    }

    private static boolean isSmall(Order order) {
        Parcel parcel = order instanceof Order.Send send
                ? send.parcel()
                : order instanceof Order.Answer answer ? answer.parcel() : null;
        return parcel == null || parcel.body().length() <= CALLERS_BYTES;
    }

    /** Takes out what has waited for so long, oldest first, and hands it over. Any thread, while somebody writes too. */
    void giveBack(Duration atLeast, Consumer<Order.Send> taker) {
        long now = System.nanoTime();
        while (waiting.peek() instanceof Order.Send send && now - send.since() >= atLeast.toNanos()) {
            if (waiting.remove(send)) { // else the writer was quicker
                size.decrementAndGet();
                taker.accept(send);
            }
        }
    }

    /** Leaves the settling to be written with something else, or after a millisecond, or when {@code most} wait. */
    void enqueueLazily(Order.Settle settle, int most) {
        lazy.add(settle);
        int waitingLazily = lazySize.incrementAndGet();
        if (waitingLazily == 1 || waitingLazily == most) {
            wake();
        }
    }

    /** Looks again whether the connection can be written to. */
    void wake() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    /** Writes everything that waits, on the calling thread, unless the connection takes nothing now. */
    void flush() {
        turn.lock();
        try {
            List<Order> taken = new ArrayList<>();
            while ((size.get() > 0 || lazySize.get() > 0) && wire.writable()) {
                take(waiting, size, taken);
                take(lazy, lazySize, taken);
                write(taken);
                taken.clear();
            }
        } finally {
            turn.unlock();
        }
    }

    private void run() {
        List<Order> taken = new ArrayList<>(MOST_PER_TURN);
        boolean lazyToo = false;
        while (!closed) {
            gather();
            turn.lock();
            try {
                if (wire.writable()) {
                    take(waiting, size, taken);
                    if (lazyToo || !taken.isEmpty()) {
                        take(lazy, lazySize, taken);
                    }
                    if (!taken.isEmpty()) {
                        write(taken);
                    }
                }
            } finally {
                turn.unlock();
            }
            lazyToo = taken.isEmpty() && idle();
            taken.clear();
        }
    }

    private static void take(Queue<? extends Order> from, AtomicInteger size, List<Order> to) {
        int taken = 0;
        for (Order next; taken < MOST_PER_TURN && (next = from.poll()) != null; taken++) {
            to.add(next);
        }
        if (taken > 0) {
            size.addAndGet(-taken);
        }
    }

    /** Lets those who are adding to what waits go on, as long as they do: a fuller pack is less work for everybody. */
    @SuppressWarnings("ThreadPriorityCheck") // yielding is only a courtesy: the clock ends this
    private void gather() {
        int before = 0;
        long start = System.nanoTime();
        long grown = start;
        for (int now = size.get(); now > 0 && now < Pack.MOST_PACKETS; now = size.get()) {
            long at = System.nanoTime();
            if (now > before) {
                before = now;
                grown = at;
            } else if (at - grown > LULL_NANOS) {
                return;
            }
            if (at - start > GATHER_NANOS) {
                return;
            }
            Thread.yield();
        }
    }

    /** Waits for something to write; returns true if settlings have waited long enough. */
    private boolean idle() {
        boolean napped = false;
        parked = true;
        if ((waiting.isEmpty() || !wire.writable()) && !closed) {
            if (lazy.isEmpty()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, LAZY_NANOS);
                napped = true;
            }
        }
        parked = false;
        return napped;
    }

    private void write(List<Order> orders) {
        if (orders.isEmpty()) {
            return; // somebody else was quicker
        }
        boolean several = orders.size() > 1 || orders.get(0) instanceof Order.Answer;
        try {
            if (several) {
                wire.hold();
            }
            for (Order order : orders) {
                take(order);
            }
            sendPacks();
            for (ReadChannel channel : settled) {
                settle(channel);
            }
        } catch (RuntimeException e) {
            LOG.error("{}: a batch of {} could not be written", thread.getName(), orders.size(), e);
        } finally {
            packs.clear();
            settled.clear();
            if (several) {
                letGo();
            }
            lastWrite = System.nanoTime();
            double before = recently;
            recently = before + (orders.size() - before) / 8;
        }
    }

    private void take(Order order) {
        if (order instanceof Order.Send send) {
            send(send);
        } else if (order instanceof Order.Answer answer) {
            send(new Order.Send(answer.channel(), answer.parcel(), null));
            answer.channel().finished(answer.tag(), false);
            settled.add(answer.channel());
        } else if (order instanceof Order.Settle settle) {
            settle.channel().finished(settle.tag(), settle.requeue());
            settled.add(settle.channel());
        }
    }

    private void send(Order.Send send) {
        Parcel parcel = send.parcel();
        Destination destination = new Destination(send.outlet(), parcel.to(), parcel.persistent());
        if (!packing || !parcel.packable()) {
            // What waits in a pack for the same place was given before this.
            List<Order.Send> before = packs.remove(destination);
            if (before != null) {
                emit(destination, before);
            }
            emit(destination, List.of(send));
            return;
        }
        List<Order.Send> pack = packs.computeIfAbsent(destination, unused -> new ArrayList<>(Pack.MOST_PACKETS));
        if (!pack.isEmpty() && !fits(pack, parcel)) {
            emit(destination, pack);
            pack = new ArrayList<>(Pack.MOST_PACKETS);
            packs.put(destination, pack);
        }
        pack.add(send);
    }

    private static boolean fits(List<Order.Send> pack, Parcel parcel) {
        if (pack.size() == Pack.MOST_PACKETS || !MessageBody.share(pack.get(0).parcel(), parcel)) {
            return false;
        }
        long size = parcel.body().length();
        for (Order.Send send : pack) {
            size += send.parcel().body().length();
        }
        return size <= PACK_BYTES;
    }

    private void sendPacks() {
        packs.forEach(this::emit);
    }

    private void emit(Destination destination, List<Order.Send> sends) {
        List<Pending> pending = new ArrayList<>(sends.size());
        for (Order.Send send : sends) {
            if (send.pending() != null) {
                pending.add(send.pending());
            }
        }
        Parcel first = sends.get(0).parcel();
        try {
            MessageBody body =
                    MessageBody.of(sends.stream().map(Order.Send::parcel).toList());
            destination
                    .outlet()
                    .emit(new Outgoing(
                            first.to(),
                            body.contentType(),
                            body.body().toArray(),
                            sends.size() == 1 ? first.id() : null,
                            first.persistent(),
                            first.headers(),
                            pending));
        } catch (SerializationException e) {
            LOG.error(
                    "{}: {} packets could not be written for {}", thread.getName(), sends.size(), destination.to(), e);
            destination.outlet().unwritten(pending, e);
        } catch (IOException | RuntimeException e) {
            // The connection is breaking; its supervisor has heard, and everything that matters is sent again.
            LOG.debug("{}: not sent to {}", thread.getName(), destination.to(), e);
        }
    }

    private void settle(ReadChannel channel) {
        try {
            channel.settle();
        } catch (IOException | RuntimeException e) {
            LOG.debug("{}: not settled", thread.getName(), e);
        }
    }

    private void letGo() {
        try {
            wire.letGo();
        } catch (IOException e) {
            LOG.debug("{}: not flushed", thread.getName(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
