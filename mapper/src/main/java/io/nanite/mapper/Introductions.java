package io.nanite.mapper;

import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.PacketSender;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Says that this mapper is there: to agents when they come, and to the other mappers now and then, and at once when one comes
 * that was not there. They need no more of it than that it spoke. Says nothing unless it is configured to. Lives on the loop.
 */
final class Introductions {

    /** As often as agents ping. */
    static final Duration EVERY = Duration.ofSeconds(15);

    /** Many mappers may come at once: one word is for all of them. */
    private static final Duration SOON = Duration.ofMillis(100);

    /** One that was silent for so long is forgotten, and greeted when it comes again. */
    private static final long FORGOTTEN = EVERY.multipliedBy(4).toNanos();

    private final MapperConfig config;
    private final EventLoop loop;
    private final PacketSender sender;
    private final Map<Identity, Long> mappers = new HashMap<>();
    private boolean due;

    Introductions(MapperConfig config, EventLoop loop, PacketSender sender) {
        this.config = config;
        this.loop = loop;
        this.sender = sender;
    }

    /** From now on. */
    void begin() {
        if (config.introduces()) {
            loop.execute(this::tellMappers);
            loop.every(EVERY, this::tellMappers);
        }
    }

    /** Tells all mappers, and forgets those that were not heard of. */
    private void tellMappers() {
        due = false;
        long now = loop.time().nanos();
        mappers.values().removeIf(heard -> now - heard > FORGOTTEN);
        sender.tellMappers(Address.HEARTBEAT, word());
    }

    /** A mapper, perhaps this one, has said that it is there. */
    void heard(Identity mapper) {
        if (!config.introduces() || mapper.equals(config.identity())) {
            return;
        }
        boolean isNew = mappers.put(mapper, loop.time().nanos()) == null;
        if (isNew && !due) {
            due = true;
            loop.after(SOON, this::tellMappers);
        }
    }

    /** An agent has come; one in another language knows nothing of this. */
    void came(AgentEntry agent) {
        if (config.introduces() && agent.hasControl()) {
            sender.tellControl(agent.identity(), word());
        }
    }

    private Ping word() {
        return new Ping(config.identity(), Status.UNKNOWN, Vitals.UNKNOWN);
    }
}
