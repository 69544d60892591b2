package io.nanite.agent;

import io.nanite.core.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The folder of an agent: {@code actors/*.jar} and {@code actors/*.java} below its root have the actors, {@code init.java} or
 * {@code init.jar} in the root the Guice modules that are for all of them. Nothing is read before something is loaded, and
 * each time all of it is. Immutable.
 *
 * <p>The sources are one unit: they may use each other, the jars, what {@code init} has, and the class path that is given.
 * They are compiled in memory, which takes the compiler of a JDK.
 *
 * @param root where {@code init} is
 * @param folder where the actors are
 * @param only the names of the actors that are wanted; all if none is. An actor's name is its prefix ({@code image_tools}),
 *     its class ({@code ImageTools}), or its class in full
 * @param classPath what sources may use besides
 * @param copying whether jars are copied before they are used, so that they may be overwritten at any time
 */
public record ActorFolder(Path root, Path folder, Set<String> only, List<Path> classPath, boolean copying) {

    private static final String FOLDER = "actors";
    private static final String JAR = ".jar";
    private static final String SOURCE = ".java";
    private static final String INIT = "init";

    public ActorFolder {
        only = Set.copyOf(only);
        classPath = List.copyOf(classPath);
    }

    /** The folder below this root, with all its actors. */
    public static ActorFolder of(Path root) {
        return new ActorFolder(root, root.resolve(FOLDER), Set.of(), List.of(), false);
    }

    /** With the actors in this folder. */
    public ActorFolder withActorsIn(Path folder) {
        return new ActorFolder(root, folder, only, classPath, copying);
    }

    /** With these of the actors. */
    public ActorFolder withOnly(Set<String> only) {
        return new ActorFolder(root, folder, only, classPath, copying);
    }

    public ActorFolder withClassPath(List<Path> classPath) {
        return new ActorFolder(root, folder, only, classPath, copying);
    }

    public ActorFolder withCopying(boolean copying) {
        return new ActorFolder(root, folder, only, classPath, copying);
    }

    /** The files that have the actors now, and those that are {@code init}; none where there is no folder. */
    public Set<Path> files() {
        Set<Path> files = new LinkedHashSet<>(initFiles());
        if (Files.isDirectory(folder)) {
            files.addAll(filesIn(folder));
        }
        return files;
    }

    /** Whether the file is {@code init}. */
    public boolean isInit(Path file) {
        return file.equals(root.resolve(INIT + JAR)) || file.equals(root.resolve(INIT + SOURCE));
    }

    /**
     * Loads {@code init}, which may well not be there. Close it after everything that was loaded above it. Throws
     * {@link ConfigException} if it has no module, or cannot be loaded.
     */
    public LoadedActors loadInit() {
        List<Path> files = initFiles();
        if (files.size() > 1) {
            throw ConfigException.of("init", "%s and %s".formatted(files.get(0), files.get(1)), "one of them");
        }
        ActorLoader loader = loader(files, ActorFolder.class.getClassLoader(), List.of(), Map.of());
        return LoadedActors.init(loader, files);
    }

    /** As {@link #load(LoadedActors)}, without {@code init}. */
    public LoadedActors load() {
        return load(null, true);
    }

    /**
     * Loads the actors, above what {@code init} has. Throws {@link ConfigException} if there is no such folder, file or actor, if
     * a source does not compile, with all that the compiler says, or if this Java has no compiler.
     */
    public LoadedActors load(LoadedActors init) {
        return load(init.source(), true);
    }

    /** As {@link #load}, but nothing at all is no error, nor is a name that nobody has: what was there may go. */
    public LoadedActors loadAgain(LoadedActors init) {
        return load(init.source(), false);
    }

    private LoadedActors load(@Nullable ActorLoader init, boolean first) {
        List<Path> files = Files.isDirectory(folder) ? filesIn(folder) : List.of();
        if (first) {
            check(files);
        }
        ActorLoader loader = init == null
                ? loader(files, ActorFolder.class.getClassLoader(), List.of(), Map.of())
                : loader(files, init, init.jars(), init.compiled());
        return LoadedActors.actors(loader, folder, only, first);
    }

    private void check(List<Path> files) {
        if (!Files.isDirectory(root)) {
            throw noFolder(root);
        }
        if (!Files.isDirectory(folder)) {
            throw noFolder(folder);
        }
        if (files.isEmpty()) {
            throw ConfigException.of("agent folder", folder + " has no jar and no source", "at least one");
        }
    }

    private ActorLoader loader(
            List<Path> files, ClassLoader parent, List<Path> alsoVisible, Map<String, byte[]> alsoCompiled) {
        List<Path> jars = new ArrayList<>();
        Map<Path, String> sources = new LinkedHashMap<>();
        for (Path file : files) {
            if (isSource(file)) {
                sources.put(file, text(file));
            } else {
                jars.add(file);
            }
        }
        return ActorLoader.of(
                jars,
                used -> {
                    if (sources.isEmpty()) {
                        return Map.of();
                    }
                    List<Path> visible = new ArrayList<>(classPath);
                    visible.addAll(alsoVisible);
                    visible.addAll(used);
                    return compiled(sources, visible, alsoCompiled);
                },
                parent,
                copying);
    }

    private static Map<String, byte[]> compiled(
            Map<Path, String> sources, List<Path> visible, Map<String, byte[]> before) {
        Path first = sources.keySet().iterator().next();
        try {
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            if (compiler != null) {
                return SourceCompiler.compile(compiler, sources, visible, before);
            }
        } catch (NoClassDefFoundError e) {
            if (!String.valueOf(e.getMessage()).startsWith("javax/tools/")) {
                throw e;
            }
            // This Java was made without even the words for a compiler.
        }
        throw ConfigException.of(
                "actor source",
                "%s, but this Java, %s, has no compiler".formatted(first, Runtime.version()),
                "a JDK, or a jar");
    }

    private List<Path> initFiles() {
        return Stream.of(root.resolve(INIT + SOURCE), root.resolve(INIT + JAR))
                .filter(Files::isRegularFile)
                .toList();
    }

    private static boolean isSource(Path file) {
        return file.toString().endsWith(SOURCE);
    }

    private static String text(Path source) {
        try {
            return Files.readString(source);
        } catch (CharacterCodingException e) {
            throw ConfigException.of(source.toString(), "bytes that are no text", "Java in UTF-8");
        } catch (IOException e) {
            throw ConfigException.of(source.toString(), e.getMessage(), "a file that can be read");
        }
    }

    private static List<Path> filesIn(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(JAR) || isSource(file))
                    // What editors keep beside a file is hidden.
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw ConfigException.of("agent folder", "%s: %s".formatted(folder, e.getMessage()), "a readable folder");
        }
    }

    private static ConfigException noFolder(Path folder) {
        return ConfigException.of(
                "agent folder",
                folder + " is not a folder",
                "a folder with %s/*.jar or %s/*.java".formatted(FOLDER, FOLDER));
    }
}
