package io.nanite.cli;

import com.google.inject.CreationException;
import com.google.inject.ProvisionException;
import com.google.inject.spi.Message;
import io.nanite.agent.ActorFolder;
import io.nanite.core.ConfigException;
import java.io.File;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which actors of a folder an agent hosts. */
final class ActorOptions {

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

    /** The folder below this root. */
    ActorFolder folder(Path root) {
        ActorFolder folder = ActorFolder.of(root).withOnly(actors).withClassPath(classPath());
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
