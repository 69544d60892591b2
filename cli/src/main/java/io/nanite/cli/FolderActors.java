package io.nanite.cli;

import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.nanite.agent.ActorFolder;
import io.nanite.agent.Agent;
import io.nanite.agent.LoadedActors;
import io.nanite.core.ConfigException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actors of a folder in the agents of this process. Watched, the folder is loaded again when it has changed; what cannot be
 * loaded changes nothing but the log. Used by the thread that made it, and then by the loop that watches.
 */
final class FolderActors implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FolderActors.class);

    /** A change is seen after one look, and loaded after the next if nobody has written meanwhile. */
    private static final Duration LOOK = Duration.ofMillis(250);

    /** What shows that a file has changed. */
    private record Stamp(
            Object modified, long size, @Nullable Object key) {}

    private final ActorFolder folder;
    private final LoadedActors init;
    private final List<Agent> agents = new ArrayList<>();

    private LoadedActors now;
    private Map<Path, Stamp> loaded;
    private Map<Path, Stamp> seen;
    private @Nullable EventLoop loop;

    /** Loads the folder; throws {@link ConfigException} that says what is wrong with it. */
    FolderActors(ActorFolder folder) {
        this.folder = folder;
        loaded = stamps();
        seen = loaded;
        init = folder.loadInit();
        try {
            now = folder.load(init);
        } catch (RuntimeException e) {
            init.close();
            throw e;
        }
    }

    /** What is for all actors of an agent. */
    Module init() {
        return Modules.combine(init.modules());
    }

    /** Has the agent that is made host the actors, and whatever comes in their place. */
    Agent in(Supplier<Agent> making) {
        Agent made = ActorOptions.made(folder, () -> {
            Agent agent = making.get();
            var unused = agent.host(now);
            return agent;
        });
        agents.add(made);
        return made;
    }

    /** Looks for changes from now on; the loop is closed with this. */
    void watch(EventLoop newLoop) {
        loop = newLoop;
        newLoop.every(LOOK, this::look);
    }

    private void look() {
        Map<Path, Stamp> before = seen;
        Map<Path, Stamp> present = stamps();
        seen = present;
        if (!present.equals(before) || present.equals(loaded)) {
            return;
        }
        Set<Path> changed = changed(loaded, present);
        loaded = present;
        if (changed.removeIf(folder::isInit)) {
            LOG.warn("init has changed: restart the agent to have it");
        }
        if (!changed.isEmpty()) {
            reload(changed);
        }
    }

    private static Set<Path> changed(Map<Path, Stamp> before, Map<Path, Stamp> after) {
        Set<Path> changed = new LinkedHashSet<>(before.keySet());
        changed.addAll(after.keySet());
        changed.removeIf(file -> before.containsKey(file) && before.get(file).equals(after.get(file)));
        return changed;
    }

    private void reload(Set<Path> changed) {
        String files = changed.stream()
                .map(file -> Printable.of(String.valueOf(file.getFileName())))
                .sorted()
                .collect(Collectors.joining(", "));
        LoadedActors next;
        try {
            next = folder.loadAgain(init);
        } catch (ConfigException | UncheckedIOException e) {
            LOG.warn("{} changed, the actors stay as they were: {}", files, e.getMessage());
            return;
        }
        Set<Service> before = agents.get(0).services();
        if (host(next, files)) {
            Set<Service> after = agents.get(0).services();
            LOG.info(
                    "{} changed, loaded again: {} service{}{}{}",
                    files,
                    after.size(),
                    after.size() == 1 ? "" : "s",
                    named(", new ", after, before),
                    named(", gone ", before, after));
        }
    }

    private static String named(String what, Set<Service> those, Set<Service> without) {
        Set<Service> left = new LinkedHashSet<>(those);
        left.removeAll(without);
        return left.isEmpty()
                ? ""
                : what + left.stream().map(Service::path).sorted().collect(Collectors.joining(" "));
    }

    private boolean host(LoadedActors next, String files) {
        LoadedActors former = now;
        List<Agent> done = new ArrayList<>();
        List<CompletableFuture<Void>> leaving = new ArrayList<>();
        try {
            for (Agent agent : agents) {
                leaving.add(ActorOptions.made(folder, () -> agent.host(next)).toCompletableFuture());
                done.add(agent);
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.warn(
                    "{} changed, the actors stay as they were: {}",
                    files,
                    e instanceof ConfigException ? e.getMessage() : e.toString());
            // What some have, all must have: those take back what they had.
            List<CompletableFuture<Void>> back = done.stream()
                    .map(agent -> agent.host(former).toCompletableFuture())
                    .toList();
            closeAfter(back, next);
            return false;
        }
        now = next;
        closeAfter(leaving, former);
        return true;
    }

    private static void closeAfter(List<CompletableFuture<Void>> leaving, LoadedActors former) {
        var unused = CompletableFuture.allOf(leaving.toArray(CompletableFuture[]::new))
                .thenRun(() -> {
                    former.close();
                    LOG.debug("nothing of the former actors is left");
                });
    }

    private Map<Path, Stamp> stamps() {
        Map<Path, Stamp> stamps = new HashMap<>();
        try {
            for (Path file : folder.files()) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                stamps.put(file, new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
            }
        } catch (IOException | ConfigException e) {
            // Somebody is at it now: this is like nothing before or after, so it has not settled.
            return Map.of(folder.folder(), new Stamp(new Object(), 0, null));
        }
        return stamps;
    }

    /** Looks no more, and closes what was loaded; close the agents before. */
    @Override
    public void close() {
        if (loop != null) {
            loop.close();
        }
        now.close();
        init.close();
    }
}
