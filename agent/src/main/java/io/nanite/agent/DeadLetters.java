package io.nanite.agent;

import io.nanite.core.Bytes;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Token;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts packets elsewhere before they are settled here: to the dead letters with the reason, or back to their own queue one
 * by one. Nothing is settled before the broker has the copy. Safe for use by many threads.
 */
final class DeadLetters {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    /** Says in a republished packet that it has been delivered before. */
    static final String REDELIVERED = "x-redelivered";

    /** Stands for a message without a byte, which nobody can send on. */
    private static final Bytes NOTHING = Bytes.of("(nothing)");

    private static final String OCTETS = "application/octet-stream";

    /** A packet that the broker would not take elsewhere comes straight back when it is requeued: not at full speed. */
    private static final Duration BEFORE_REQUEUE = Duration.ofSeconds(1);

    private final Identity self;
    private final Transport transport;
    private final EventLoop loop;
    private final Counts counts;

    DeadLetters(Identity self, Transport transport, EventLoop loop, Counts counts) {
        this.self = self;
        this.transport = transport;
        this.loop = loop;
        this.counts = counts;
    }

    /** Sends the packet, just as it came, to the dead letters. */
    void bury(Delivery.Part part, @Nullable Token token, String reason) {
        String printable = Printable.of(reason);
        LOG.warn("{} dead letter {}: {}", self, token == null ? "without a token" : token, printable);
        counts.deadLettered.increment();
        Map<String, String> headers = Map.of(
                "x-reason",
                printable,
                "x-source",
                self.value(),
                "x-agent",
                self.value(),
                "x-at",
                loop.time().now().truncatedTo(ChronoUnit.MILLIS).toString());
        move(part, Address.DEAD_LETTER, token, headers);
    }

    /** Sends one packet of a message that came again to the same queue, to be delivered alone. */
    void isolate(Delivery.Part part) {
        move(part, Address.workOf(self), null, Map.of(REDELIVERED, "true"));
    }

    private void move(Delivery.Part part, Address to, @Nullable Token token, Map<String, String> headers) {
        String contentType = part.contentType();
        Parcel copy = new Parcel(
                to,
                part.body().length() == 0 ? NOTHING : part.body(),
                contentType == null ? OCTETS : contentType,
                token == null ? null : token.value(),
                true,
                false,
                headers);
        CompletableFuture<?> unused = published(copy).whenComplete((receipt, thrown) -> {
            if (receipt instanceof PublishReceipt.Confirmed) {
                part.settle();
            } else {
                LOG.warn("{} could not move a packet to {}: {}", self, to, thrown == null ? receipt : thrown);
                loop.after(BEFORE_REQUEUE, part::requeue);
            }
        });
    }

    private CompletableFuture<PublishReceipt> published(Parcel copy) {
        try {
            return transport.publish(copy);
        } catch (TransportException e) {
            return CompletableFuture.completedFuture(new PublishReceipt.Unknown(e));
        }
    }
}
