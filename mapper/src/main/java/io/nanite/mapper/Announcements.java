package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells whoever wants to know, on the callback thread, who comes and goes. */
final class Announcements {

    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

    private final Mapper mapper;
    private final List<MapperListener> listeners;
    private final Arrivals arrivals;
    private final Executor callbacks;

    Announcements(Mapper mapper, MapperListener listener, Arrivals arrivals, Executor callbacks) {
        this.mapper = mapper;
        listeners = new CopyOnWriteArrayList<>(List.of(listener));
        this.arrivals = arrivals;
        this.callbacks = callbacks;
    }

    /** One more, told after those that there are. Any thread. */
    void add(MapperListener listener) {
        listeners.add(listener);
    }

    /** One that throws keeps nothing from the others. */
    private void tell(Consumer<MapperListener> news) {
        for (MapperListener listener : listeners) {
            try {
                news.accept(listener);
            } catch (RuntimeException e) {
                LOG.error("a listener of {} threw", mapper.identity(), e);
            }
        }
    }

    void registered(Identity agent) {
        callbacks.execute(() -> {
            arrivals.tell();
            tell(listener -> listener.registered(agent, mapper));
        });
    }

    void unregistered(Identity agent) {
        callbacks.execute(() -> tell(listener -> listener.unregistered(agent, mapper)));
    }

    void timedOut(Identity agent) {
        callbacks.execute(() -> tell(listener -> listener.timedOut(agent, mapper)));
    }

    void suspected(Identity agent) {
        callbacks.execute(() -> tell(listener -> listener.suspected(agent, mapper)));
    }

    void recovered(Identity agent) {
        callbacks.execute(() -> {
            arrivals.tellAgain();
            tell(listener -> listener.recovered(agent, mapper));
        });
    }
}
