package io.nanite.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.transport.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Notices that a broker does not take what is published on one channel, of parcels whose senders do not wait for its word.
 *
 * <p>For quorum queues. A channel that was opened while such a queue chose a new leader may send everything that is for it to
 * the one that is gone, for as long as it lives (seen on RabbitMQ 3.10), and the connection is well all the while. What was
 * sent there is sent again by those who wait for answers, once the connection is made anew.
 */
final class ConfirmWatch {

    private final Channel channel;
    private final TimeSource time;

    /** When what is not confirmed was published, by its number. */
    private final ConcurrentSkipListMap<Long, Long> open = new ConcurrentSkipListMap<>();

    private volatile boolean refused;

    /** Touched only on the supervisor's thread. */
    private long listeningSince;

    private ConfirmWatch(Channel channel, TimeSource time) {
        this.channel = channel;
        this.time = time;
        listeningSince = time.nanos();
    }

    /** Has the broker confirm what is published on this channel, on which nothing has been published yet. */
    static ConfirmWatch on(Channel channel, TimeSource time) throws IOException {
        ConfirmWatch watch = new ConfirmWatch(channel, time);
        channel.addConfirmListener(watch.new Verdicts());
        channel.confirmSelect();
        return watch;
    }

    /** To be called before each publishing, by whoever publishes. What may be lost is not watched. */
    void publishing(Outgoing message) {
        boolean work = message.exchange().isEmpty() && !message.key().endsWith(Address.CONTROL);
        if (work || message.exchange().equals(Address.REPLY)) {
            open.put(channel.getNextPublishSeqNo(), time.nanos());
        }
    }

    /** Whether something was refused, or not confirmed for so long of a broker that takes messages. */
    boolean isOverdue(boolean takesMessages, Duration atMost) {
        long now = time.nanos();
        if (!takesMessages) {
            listeningSince = now;
            return false;
        }
        Map.Entry<Long, Long> oldest = open.firstEntry();
        return refused
                || (oldest != null
                        && now - oldest.getValue() > atMost.toNanos()
                        && now - listeningSince > atMost.toNanos());
    }

    /** On the connection's reader thread. */
    private final class Verdicts implements ConfirmListener {

        @Override
        public void handleAck(long sequence, boolean multiple) {
            if (multiple) {
                open.headMap(sequence, true).clear();
            } else {
                open.remove(sequence);
            }
        }

        @Override
        public void handleNack(long sequence, boolean multiple) {
            if (multiple ? !open.headMap(sequence, true).isEmpty() : open.containsKey(sequence)) {
                refused = true;
            }
        }
    }
}
