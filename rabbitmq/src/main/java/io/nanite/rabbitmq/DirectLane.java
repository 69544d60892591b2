package io.nanite.rabbitmq;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where parcels go that are confirmed by their answers. Through all lives of its channel. */
final class DirectLane implements Outlet {

    private final Properties properties;
    private final Returns returns;
    private volatile @Nullable Channel channel;

    DirectLane(Properties properties, Returns returns) {
        this.properties = properties;
        this.returns = returns;
    }

    boolean isOpen() {
        Channel current = channel;
        return current != null && current.isOpen();
    }

    /** Begins a new life on this channel. */
    void open(Channel fresh) {
        fresh.addReturnListener(returns::returned);
        channel = fresh;
    }

    @Override
    public void emit(Outgoing message) throws IOException {
        Channel current = channel;
        if (current != null && current.isOpen()) {
            current.basicPublish(message.exchange(), message.key(), true, properties.of(message, null), message.body());
        }
    }
}
