package io.nanite.cli;

import com.google.inject.CreationException;
import com.google.inject.ProvisionException;
import com.google.inject.spi.Message;
import io.nanite.agent.ActorFolder;
import io.nanite.core.ConfigException;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.packet.Identity;
import java.io.File;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Which actors of a folder an agent hosts. */
final class ActorOptions {

    private static final Logger LOG = LoggerFactory.getLogger(ActorOptions.class);

    private static final int MOST_AGENTS = 64;

    @Option(
            names = "--actors-dir",
            paramLabel = "DIR",
            description = "where the jars and sources are (default: ROOT/actors)")
    @Nullable
    Path actorsDir;

    @Option(
            names = "--actors",
            split = ",",
            paramLabel = "NAME",
            description = "only these of the actors in the folder (default: all)")
    Set<String> actors = new LinkedHashSet<>();

    @Option(
            names = "--watch",
            negatable = true,
            fallbackValue = "true",
            description = "load the actors again when their folder has changed, while it works")
    boolean watch;

    @Option(
            names = "--count",
            paramLabel = "COUNT",
            description = "how many agents run in this process, named NAME-1 and so on (default: 1)")
    int count = 1;

    /** The names of the agents of a process with this name. */
    List<String> names(String process) {
        if (count < 1 || count > MOST_AGENTS) {
            throw ConfigException.of("count", count, "1 to " + MOST_AGENTS);
        }
        return count == 1
                ? List.of(process)
                : IntStream.rangeClosed(1, count)
                        .mapToObj(i -> process + "-" + i)
                        .toList();
    }

    /** Looks for changes of the folder, if that is wanted, until the actors are closed. */
    void watch(FolderActors loaded, Identity self) {
        if (watch) {
            loaded.watch(new SingleThreadLoop(
                    self + "-actors", error -> LOG.error("the actors could not be looked at", error)));
        }
    }

    /** The folder below this root. */
    ActorFolder folder(Path root) {
        ActorFolder folder =
                ActorFolder.of(root).withOnly(actors).withClassPath(classPath()).withCopying(watch);
        return actorsDir == null ? folder : folder.withActorsIn(actorsDir);
    }

    /** What is here, actors may use too. */
    private static List<Path> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList();
    }

    /** What is made, or in one sentence why the modules or actors of this folder do not let it. */
    static <T> T made(ActorFolder folder, Supplier<T> making) {
        try {
            return making.get();
        } catch (CreationException e) {
            throw wrong(folder, e.getErrorMessages(), e);
        } catch (ProvisionException e) {
            throw wrong(folder, e.getErrorMessages(), e);
        }
    }

    private static ConfigException wrong(ActorFolder folder, Collection<Message> messages, Exception cause) {
        Message first = messages.iterator().next();
        Throwable thrown = first.getCause();
        String said = String.valueOf(first.getMessage()).lines().findFirst().orElse("");
        String more = messages.size() > 1 ? ", and %d more".formatted(messages.size() - 1) : "";
        ConfigException wrong = ConfigException.of(
                "actors of " + folder.folder(),
                (thrown == null ? said : said + ": " + thrown) + more,
                "what they want injected, bound by init or by a module of theirs");
        wrong.initCause(cause);
        return wrong;
    }
}
