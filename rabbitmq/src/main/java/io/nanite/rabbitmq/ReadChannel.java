package io.nanite.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import io.nanite.core.Bytes;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Pack;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.Unreadable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One life of a channel that is read from: makes deliveries of its messages, answers and settles them. When the channel
 * breaks, the broker delivers again what was not settled, on another one.
 */
final class ReadChannel implements Outlet {

    /** With so much delivered ahead, an ack can wait a moment for company. */
    private static final int LAZY_PREFETCH = 256;

    private final Channel channel;
    private final @Nullable ConfirmWatch watch;
    private final Writer writer;
    private final Properties properties;
    private final boolean settling;
    private final int prefetch;

    // Touched only by whoever has the writer's turn.
    private final List<Long> done = new ArrayList<>();
    private final List<Long> again = new ArrayList<>();
    private final Set<Long> ackedAhead = new HashSet<>();
    private long settledUpTo;

    /** Without a watch where nobody needs one. */
    ReadChannel(Channel channel, @Nullable ConfirmWatch watch, Writer writer, Properties properties, int prefetch) {
        this.channel = channel;
        this.watch = watch;
        this.writer = writer;
        this.properties = properties;
        this.settling = prefetch > 0;
        this.prefetch = prefetch;
    }

    @Override
    public void emit(Outgoing message) throws IOException {
        if (channel.isOpen()) {
            if (watch != null) {
                watch.publishing(message);
            }
            channel.basicPublish(message.exchange(), message.key(), true, properties.of(message, null), message.body());
        }
    }

    /** Notes that a message is done with; {@link #settle} tells the broker. */
    void finished(long tag, boolean requeue) {
        (requeue ? again : done).add(tag);
    }

    /** Tells the broker of everything that is finished: one ack for as much as lies in a row, then the stragglers. */
    void settle() throws IOException {
        try {
            if (!channel.isOpen()) {
                return;
            }
            for (long tag : again) {
                channel.basicNack(tag, false, true);
                ackedAhead.add(tag);
            }
            acknowledge();
        } finally {
            done.clear();
            again.clear();
        }
    }

    private void acknowledge() throws IOException {
        if (done.size() == 1 && done.get(0) == settledUpTo + 1 && ackedAhead.isEmpty()) {
            settledUpTo++;
            channel.basicAck(settledUpTo, false);
            return;
        }
        Set<Long> fresh = new HashSet<>(done);
        long lastFreshInRow = 0;
        for (long next = settledUpTo + 1; ; next++) {
            if (fresh.remove(next)) {
                lastFreshInRow = next;
            } else if (!ackedAhead.remove(next)) {
                break;
            }
            settledUpTo = next;
        }
        // A multiple ack must name a tag that is still open, or the broker closes the channel.
        if (lastFreshInRow > 0) {
            channel.basicAck(lastFreshInRow, true);
        }
        for (long tag : fresh) {
            channel.basicAck(tag, false);
            ackedAhead.add(tag);
        }
    }

    /** Makes a delivery of what the broker pushed. Runs on the connection's reader thread. */
    Delivery delivery(Envelope envelope, BasicProperties sent, byte[] body) {
        String type = sent.getContentType();
        if (!Pack.CONTENT_TYPE.equals(type)) {
            return new Message(envelope, sent, type, List.of(Bytes.of(body)));
        }
        try {
            Pack.Contents pack = Pack.read(body);
            return new Message(envelope, sent, pack.contentType(), pack.bodies());
        } catch (Unreadable e) {
            return new Message(envelope, sent, type, List.of(Bytes.of(body)));
        }
    }

    private final class Message implements Delivery {

        private final long tag;
        private final boolean redelivered;
        private final BasicProperties sent;
        private final @Nullable String contentType;
        private final List<Part> parts;
        private final AtomicInteger open;
        private volatile boolean requeue;

        Message(Envelope envelope, BasicProperties sent, @Nullable String contentType, List<Bytes> bodies) {
            tag = envelope.getDeliveryTag();
            redelivered = envelope.isRedeliver();
            this.sent = sent;
            this.contentType = contentType;
            List<Part> packets = new ArrayList<>(bodies.size());
            for (Bytes packet : bodies) {
                packets.add(new Packet(this, packet));
            }
            parts = packets;
            open = new AtomicInteger(packets.size());
        }

        @Override
        public List<Part> parts() {
            return parts;
        }

        @Override
        public boolean redelivered() {
            return redelivered;
        }
    }

    private final class Packet implements Delivery.Part {

        private final Message message;
        private final Bytes body;
        private final AtomicBoolean settled = new AtomicBoolean();

        Packet(Message message, Bytes body) {
            this.message = message;
            this.body = body;
        }

        @Override
        public Bytes body() {
            return body;
        }

        @Override
        public @Nullable String contentType() {
            return message.contentType;
        }

        @Override
        public @Nullable String header(String name) {
            Map<String, Object> headers = message.sent.getHeaders();
            Object value = headers == null ? null : headers.get(name);
            return value == null ? null : value.toString();
        }

        @Override
        public @Nullable String id() {
            return message.parts.size() == 1 ? message.sent.getMessageId() : null;
        }

        @Override
        public void reply(Parcel answer) {
            writer.enqueue(new Writer.Order.Send(ReadChannel.this, answer, null));
        }

        @Override
        public void settle(Parcel answer) {
            if (settled.get()) {
                return;
            }
            if (settling && message.parts.size() == 1 && settled.compareAndSet(false, true)) {
                writer.enqueue(new Writer.Order.Answer(ReadChannel.this, answer, message.tag));
            } else {
                // Answer first: once this part counts as settled, a neighbour may have the message acked.
                reply(answer);
                settle();
            }
        }

        @Override
        public void settle() {
            if (settled.compareAndSet(false, true) && isLast()) {
                settleMessage();
            }
        }

        @Override
        public void requeue() {
            if (settled.compareAndSet(false, true)) {
                message.requeue = true;
                if (isLast()) {
                    settleMessage();
                }
            }
        }

        private boolean isLast() {
            return message.open.decrementAndGet() == 0;
        }

        private void settleMessage() {
            if (!settling) {
                return;
            }
            Writer.Order.Settle settle = new Writer.Order.Settle(ReadChannel.this, message.tag, message.requeue);
            if (prefetch < LAZY_PREFETCH) {
                writer.enqueue(settle); // the next message may depend on it
            } else {
                writer.enqueueLazily(settle, prefetch / 4);
            }
        }
    }
}
