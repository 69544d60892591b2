package io.nanite.rabbitmq;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where parcels go that are confirmed by their answers. Through all lives of its channel. */
final class DirectLane implements Outlet {

    private final Properties properties;
    private final Returns returns;
    private volatile @Nullable Channel channel;
    private volatile @Nullable ConfirmWatch watch;

    DirectLane(Properties properties, Returns returns) {
        this.properties = properties;
        this.returns = returns;
    }

    boolean isOpen() {
        Channel current = channel;
        return current != null && current.isOpen();
    }

    /** Begins a new life on this channel; null where nobody needs to watch it. */
    void open(Channel fresh, @Nullable ConfirmWatch freshWatch) {
        fresh.addReturnListener(returns::returned);
        watch = freshWatch;
        channel = fresh;
    }

    /** Whether the broker does not take what is sent. */
    boolean isOverdue(boolean takesMessages, Duration atMost) {
        ConfirmWatch current = watch;
        return current != null && isOpen() && current.isOverdue(takesMessages, atMost);
    }

    @Override
    public void emit(Outgoing message) throws IOException {
        Channel current = channel;
        if (current != null && current.isOpen()) {
            ConfirmWatch watching = watch;
            if (watching != null) {
                watching.publishing(message);
            }
            current.basicPublish(message.exchange(), message.key(), true, properties.of(message, null), message.body());
        }
    }
}
