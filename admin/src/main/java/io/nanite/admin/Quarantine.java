package io.nanite.admin;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import io.nanite.mapper.Instruction;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperListener;
import io.nanite.mapper.OverloadedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agents that are kept from working until somebody releases them, by name: each is drained whenever it registers. The list
 * survives the tower where it has a store. Guarded by itself.
 */
final class Quarantine implements MapperListener {

    static final int MOST = 200;

    /** How often those that are here nevertheless are told again. */
    static final Duration LOOK = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
    private static final String FILE = "quarantine.txt";
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}";

    private final Mapper mapper;
    private final TowerStore store;

    // Guarded by this.
    private final Set<String> names = new TreeSet<>();
    private boolean closed;

    Quarantine(Mapper mapper, TowerStore store) {
        this.mapper = mapper;
        this.store = store;
        load();
    }

    private void load() {
        try {
            String text = store.read(FILE)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .orElse("");
            Set<String> read = new TreeSet<>(text.lines().toList());
            if (read.size() > MOST || !read.stream().allMatch(name -> name.matches(NAME))) {
                LOG.warn("{}: not a list of agents (expected: a name a line); now {}", FILE, store.moveAside(FILE));
                return;
            }
            names.addAll(read);
        } catch (IOException e) {
            LOG.warn("{}: not read: {}", FILE, Printable.of(String.valueOf(e.getMessage())));
        }
    }

    synchronized boolean holds(String name) {
        return names.contains(name);
    }

    synchronized Set<String> names() {
        return new TreeSet<>(names);
    }

    /** Throws {@link ProblemException} if there are too many, or the list cannot be kept. */
    synchronized void add(String name) {
        if (names.size() >= MOST && !names.contains(name)) {
            throw new ProblemException(409, "quarantine: %d agents (expected: fewer)".formatted(MOST));
        }
        if (names.add(name)) {
            save(() -> names.remove(name));
        }
    }

    /** Returns false if it was not in. */
    synchronized boolean remove(String name) {
        if (!names.remove(name)) {
            return false;
        }
        save(() -> names.add(name));
        return true;
    }

    private void save(Runnable undo) {
        String text = String.join("\n", names);
        try {
            store.replace(FILE, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            undo.run();
            LOG.error("{}: not written", FILE, e);
            throw new ProblemException(500, "the list of quarantined agents cannot be written; the log says why");
        }
    }

    /** Who registers and is in it, is drained. On the mapper's callback thread. */
    @Override
    public void registered(Identity agent, Mapper unused) {
        boolean kept;
        synchronized (this) {
            kept = !closed && names.contains(agent.name());
        }
        if (kept) {
            drain(agent);
        }
    }

    /** Drains those that are here all the same. */
    void look() {
        Set<String> kept = names();
        if (!kept.isEmpty()) {
            mapper.agents().stream()
                    .filter(agent -> kept.contains(agent.identity().name()))
                    .forEach(agent -> drain(agent.identity()));
        }
    }

    private void drain(Identity agent) {
        try {
            var unused = mapper.instruct(agent, Instruction.DRAIN)
                    .whenComplete((outcome, error) -> LOG.info(
                            "{} is quarantined and was told to drain: {}",
                            agent,
                            outcome == null ? "no answer" : outcome.verdict()));
        } catch (OverloadedException e) {
            LOG.warn("{} is quarantined and was not told: {}", agent, e.getMessage());
        }
    }

    /** Lets everybody work from now on, as far as this tower is concerned. */
    synchronized void close() {
        closed = true;
    }
}
