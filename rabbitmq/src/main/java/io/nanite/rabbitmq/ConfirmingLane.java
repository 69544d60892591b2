package io.nanite.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Return;
import io.nanite.core.NaniteException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.Overloaded;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where parcels go that the broker confirms. Through all lives of its channel: what had no verdict when one ended is sent
 * again on the next, what the broker refuses is sent again after a while.
 *
 * <p>The window is guarded by its own lock: the writer opens entries, the reader closes them, the supervisor sweeps.
 */
final class ConfirmingLane implements Outlet {

    private static final Duration FIRST_RETRY = Duration.ofMillis(50);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(2);

    /** How long the return may lag behind the nack that comes before it. */
    private static final Duration RETURN_LAG = Duration.ofMillis(500);

    /** A message without a verdict. */
    private static final class Sent {

        final List<Pending> pending;
        final long at;
        boolean nacked;

        Sent(List<Pending> pending, long at) {
            this.pending = pending;
            this.at = at;
        }
    }

    private record Retry(Pending pending, long due) {}

    private final RabbitConfig config;
    private final Properties properties;
    private final TimeSource time;
    private final Writer writer;

    private final Map<Long, Sent> window = new LinkedHashMap<>();
    private final List<Retry> retries = new ArrayList<>();
    private final AtomicInteger unsettled = new AtomicInteger();
    private volatile @Nullable Channel channel;
    private volatile boolean nackedBeforeReturn;

    /** Since when the broker may be held to its verdicts: it gives none while it takes nothing. Guarded by the window. */
    private long listeningSince;

    ConfirmingLane(RabbitConfig config, Properties properties, TimeSource time, Writer writer) {
        this.config = config;
        this.properties = properties;
        this.time = time;
        this.writer = writer;
        listeningSince = time.nanos();
    }

    boolean isOpen() {
        Channel current = channel;
        return current != null && current.isOpen();
    }

    /** Begins a new life on this channel, and sends again what the last one left. Called on the supervisor's thread. */
    void open(Channel fresh, BrokerDialect dialect) throws IOException {
        nackedBeforeReturn = dialect.nacksUnroutable();
        fresh.confirmSelect();
        fresh.addReturnListener(returned -> returned(fresh, returned));
        fresh.addConfirmListener(new ConfirmListener() {
            @Override
            public void handleAck(long sequence, boolean multiple) {
                acked(fresh, sequence, multiple);
            }

            @Override
            public void handleNack(long sequence, boolean multiple) {
                nacked(fresh, sequence, multiple);
            }
        });
        List<Pending> left = new ArrayList<>();
        synchronized (window) {
            window.values().forEach(sent -> left.addAll(sent.pending));
            window.clear();
            channel = fresh;
        }
        left.forEach(this::send);
    }

    /** Accepts a parcel; throws {@link Overloaded} if too many wait already. */
    CompletableFuture<PublishReceipt> publish(Parcel parcel) {
        if (unsettled.incrementAndGet() > config.publishWindow()) {
            unsettled.decrementAndGet();
            throw new Overloaded(
                    "publishes without a receipt: %d (expected: at most %d)"
                            .formatted(config.publishWindow() + 1, config.publishWindow()),
                    null);
        }
        Pending pending = new Pending(parcel, time.nanos());
        send(pending);
        return pending.receipt;
    }

    private void send(Pending pending) {
        writer.enqueue(new Writer.Order.Send(this, pending.parcel, pending));
    }

    @Override
    public void emit(Outgoing message) throws IOException {
        Channel current = channel;
        if (current == null || !current.isOpen()) {
            long due = time.nanos() + FIRST_RETRY.toNanos();
            synchronized (window) {
                message.pending().forEach(pending -> retries.add(new Retry(pending, due)));
            }
            return;
        }
        long sequence;
        synchronized (window) {
            sequence = current.getNextPublishSeqNo();
            window.put(sequence, new Sent(message.pending(), time.nanos()));
        }
        message.pending().forEach(Pending::emitted);
        current.basicPublish(
                message.exchange(),
                message.key(),
                true,
                properties.of(message, Long.toString(sequence)),
                message.body());
    }

    @Override
    public void unwritten(List<Pending> pending, NaniteException cause) {
        pending.forEach(each -> settle(each, new PublishReceipt.Unsent(cause)));
    }

    private void acked(Channel from, long sequence, boolean multiple) {
        for (Sent sent : take(from, sequence, multiple)) {
            settle(sent, new PublishReceipt.Confirmed());
        }
    }

    private void nacked(Channel from, long sequence, boolean multiple) {
        if (nackedBeforeReturn) {
            // It may be that no queue takes it: then the return follows, and says so.
            synchronized (window) {
                if (from == channel) {
                    window.forEach((number, sent) -> sent.nacked |= multiple ? number <= sequence : number == sequence);
                }
            }
            return;
        }
        for (Sent sent : take(from, sequence, multiple)) {
            refused(sent);
        }
    }

    /** By the correlation that the message carries, not by order: one broker returns before its verdict, one behind. */
    private void returned(Channel from, Return message) {
        long sequence = Long.parseLong(message.getProperties().getCorrelationId());
        PublishReceipt receipt = new PublishReceipt.Returned("%s: %s"
                .formatted(
                        message.getExchange().isEmpty() ? message.getRoutingKey() : message.getExchange(),
                        message.getReplyText()));
        for (Sent sent : take(from, sequence, false)) {
            settle(sent, receipt);
        }
    }

    private List<Sent> take(Channel from, long sequence, boolean multiple) {
        synchronized (window) {
            if (from != channel) {
                return List.of(); // of a life that is over: these were sent again
            }
            if (!multiple) {
                Sent sent = window.remove(sequence);
                return sent == null ? List.of() : List.of(sent);
            }
            List<Sent> taken = new ArrayList<>();
            Iterator<Map.Entry<Long, Sent>> entries = window.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<Long, Sent> entry = entries.next();
                if (entry.getKey() > sequence) {
                    break;
                }
                taken.add(entry.getValue());
                entries.remove();
            }
            return taken;
        }
    }

    private void settle(Sent sent, PublishReceipt receipt) {
        for (Pending pending : sent.pending) {
            settle(pending, receipt);
        }
    }

    private void settle(Pending pending, PublishReceipt receipt) {
        unsettled.decrementAndGet();
        pending.receipt.complete(receipt);
    }

    private void refused(Sent sent) {
        synchronized (window) {
            for (Pending pending : sent.pending) {
                long wait = Math.min(FIRST_RETRY.toNanos() << Math.min(pending.refused(), 10), LONGEST_RETRY.toNanos());
                retries.add(new Retry(pending, time.nanos() + wait));
            }
        }
    }

    /**
     * Sends again what is due, gives up on what has waited too long. Returns true if the broker owes a verdict for longer
     * than it may. Called by the supervisor every few milliseconds.
     */
    boolean sweep() {
        long now = time.nanos();
        List<Pending> due = new ArrayList<>();
        List<Sent> refused = new ArrayList<>();
        List<Pending> given = new ArrayList<>();
        boolean overdue = false;
        synchronized (window) {
            for (Iterator<Sent> all = window.values().iterator(); all.hasNext(); ) {
                Sent sent = all.next();
                if (sent.nacked && now - sent.at > RETURN_LAG.toNanos()) {
                    refused.add(sent);
                    all.remove();
                } else if (!sent.nacked
                        && now - sent.at > config.verdictTimeout().toNanos()
                        && now - listeningSince > config.verdictTimeout().toNanos()) {
                    overdue = true;
                }
            }
            for (Iterator<Retry> all = retries.iterator(); all.hasNext(); ) {
                Retry retry = all.next();
                if (now - retry.pending().since > config.patience().toNanos()) {
                    given.add(retry.pending());
                    all.remove();
                } else if (isOpen() && now - retry.due() >= 0) {
                    due.add(retry.pending());
                    all.remove();
                }
            }
        }
        refused.forEach(this::refused);
        due.forEach(this::send);
        given.forEach(pending -> settle(
                pending,
                new PublishReceipt.Unknown(new BrokerUnavailable(
                        "%s: no verdict on a parcel for %s in %s"
                                .formatted(config.where(), pending.parcel.to(), config.patience()),
                        null))));
        return overdue && isOpen();
    }

    /** Gives up on what the broker had before it took nothing more, and has waited for its verdict since. */
    void sweepBlocked(BrokerBlocked cause) {
        long now = time.nanos();
        List<Sent> given = new ArrayList<>();
        synchronized (window) {
            listeningSince = now;
            for (Iterator<Sent> all = window.values().iterator(); all.hasNext(); ) {
                Sent sent = all.next();
                if (now - sent.at > config.blockedTimeout().toNanos()) {
                    given.add(sent);
                    all.remove();
                }
            }
        }
        given.forEach(sent -> settle(sent, new PublishReceipt.Unknown(cause)));
    }

    /** This has waited too long to leave, and does not wait any more. An earlier try of it may have left. */
    void withdrawn(Pending pending, TransportException cause) {
        settle(pending, pending.isEmitted() ? new PublishReceipt.Unknown(cause) : new PublishReceipt.Unsent(cause));
    }

    /** Moves what an ended life left to the retries, so that its patience is watched while there is no connection. */
    void lost() {
        synchronized (window) {
            long now = time.nanos();
            window.values().forEach(sent -> sent.pending.forEach(pending -> retries.add(new Retry(pending, now))));
            window.clear();
            channel = null;
        }
    }

    int unsettled() {
        return unsettled.get();
    }

    /** Says of everything that is left that nobody knows. */
    void giveUp(BrokerUnavailable closed) {
        List<Pending> left = new ArrayList<>();
        synchronized (window) {
            window.values().forEach(sent -> left.addAll(sent.pending));
            retries.forEach(retry -> left.add(retry.pending()));
            window.clear();
            retries.clear();
        }
        left.forEach(pending -> settle(pending, new PublishReceipt.Unknown(closed)));
    }
}
