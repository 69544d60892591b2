package io.nanite.mapper;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Remembers who went away, for a while. Written on the loop; whoever asks gets what is no longer changed. */
final class Departures {

    /** One that has gone is forgotten after so long; one that is still connected is not. */
    static final Duration MEMORY = Duration.ofMinutes(10);

    static final int MOST = 200;

    private final TimeSource time;
    private final Map<Identity, Gone> gone = new HashMap<>();
    private volatile List<Departure> told = List.of();

    private record Gone(AgentEntry entry, long nanos, Departure departure) {}

    Departures(TimeSource time) {
        this.time = time;
    }

    /** It said goodbye, and may still be connected. */
    void left(AgentEntry agent, AgentView view) {
        put(agent, new Departure(view, now(), true, agent.hasControl(), 0));
    }

    /** It went without a word, and some of its requests were given to others. */
    void died(AgentEntry agent, AgentView view, int moved) {
        put(agent, new Departure(view, now(), false, false, moved));
    }

    private void put(AgentEntry agent, Departure departure) {
        if (gone.size() >= MOST) {
            gone.values().stream()
                    .min(Comparator.<Gone, Boolean>comparing(
                                    each -> each.departure().connected())
                            .thenComparing(each -> each.departure().at()))
                    .ifPresent(eldest -> gone.remove(eldest.entry().identity()));
        }
        gone.put(agent.identity(), new Gone(agent, time.nanos(), departure));
        publish();
    }

    /** It is here again. */
    void back(Identity agent) {
        if (gone.remove(agent) != null) {
            publish();
        }
    }

    /** It is not connected any more. */
    void disconnected(Identity agent) {
        Gone known = gone.get(agent);
        if (known != null && known.departure().connected()) {
            Departure before = known.departure();
            gone.put(
                    agent,
                    new Gone(
                            known.entry(),
                            time.nanos(),
                            new Departure(before.agent(), before.at(), before.goodbye(), false, before.moved())));
            publish();
        }
    }

    /** Those that said goodbye and are connected, as far as is known. */
    List<AgentEntry> connected() {
        List<AgentEntry> connected = new ArrayList<>();
        for (Gone each : gone.values()) {
            if (each.departure().connected()) {
                connected.add(each.entry());
            }
        }
        return connected;
    }

    /** Forgets those that have been gone for long. */
    void forget() {
        long now = time.nanos();
        if (gone.values().removeIf(each -> !each.departure().connected() && now - each.nanos() > MEMORY.toNanos())) {
            publish();
        }
    }

    private void publish() {
        told = gone.values().stream()
                .map(Gone::departure)
                .sorted(Comparator.comparing(Departure::at).reversed())
                .toList();
    }

    private Instant now() {
        return time.now();
    }

    /** Newest first. Any thread. */
    List<Departure> told() {
        return told;
    }
}
