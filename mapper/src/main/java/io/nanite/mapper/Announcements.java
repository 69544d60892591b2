package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import java.util.concurrent.Executor;

/** Tells whoever wants to know, on the callback thread, who comes and goes. */
final class Announcements {

    private final Mapper mapper;
    private final MapperListener listener;
    private final Arrivals arrivals;
    private final Executor callbacks;

    Announcements(Mapper mapper, MapperListener listener, Arrivals arrivals, Executor callbacks) {
        this.mapper = mapper;
        this.listener = listener;
        this.arrivals = arrivals;
        this.callbacks = callbacks;
    }

    void registered(Identity agent) {
        callbacks.execute(() -> {
            arrivals.tell();
            listener.registered(agent, mapper);
        });
    }

    void unregistered(Identity agent) {
        callbacks.execute(() -> listener.unregistered(agent, mapper));
    }

    void timedOut(Identity agent) {
        callbacks.execute(() -> listener.timedOut(agent, mapper));
    }

    void suspected(Identity agent) {
        callbacks.execute(() -> listener.suspected(agent, mapper));
    }

    void recovered(Identity agent) {
        callbacks.execute(() -> listener.recovered(agent, mapper));
    }
}
