package io.nanite.agent;

import com.google.inject.Module;
import io.nanite.agent.actor.Actor;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The actors of an agent that is a folder: {@code actors/*.jar} below its root. Every class in them that carries {@link Actor} is
 * an actor; every Guice module that a jar names in {@code META-INF/services/com.google.inject.Module} is installed, and may bind
 * what the actors want injected.
 *
 * <p>The jars share one class loader below that of the agent. Close it after the agent.
 */
public final class ActorJars implements AutoCloseable {

    private static final String FOLDER = "actors";
    private static final String CLASS = ".class";

    /** How the annotation is written in a class file. */
    private static final String MARK = "L" + Actor.class.getName().replace('.', '/') + ";";

    private static final String MODULES = "META-INF/services/" + Module.class.getName();
    private static final Pattern COMMENT = Pattern.compile("#.*");

    private final URLClassLoader loader;
    private final List<Class<?>> actors;
    private final List<Module> modules;

    private ActorJars(URLClassLoader loader, List<Class<?>> actors, List<Module> modules) {
        this.loader = loader;
        this.actors = List.copyOf(actors);
        this.modules = List.copyOf(modules);
    }

    /**
     * Loads the jars below the root. Of the actors only those named, or all if none is; an actor's name is its prefix
     * ({@code image_tools}), its class ({@code ImageTools}), or its class in full. Throws {@link ConfigException} if there
     * is no such folder, jar or actor.
     */
    public static ActorJars load(Path root, Set<String> onlyTheseActors) {
        if (!Files.isDirectory(root)) {
            throw noFolder(root);
        }
        return loadFrom(root.resolve(FOLDER), onlyTheseActors);
    }

    /** As {@link #load}, from a folder that holds the jars itself. */
    public static ActorJars loadFrom(Path folder, Set<String> onlyTheseActors) {
        List<Path> jars = jarsIn(folder);
        URLClassLoader loader = loaderOf(jars);
        try {
            List<Class<?>> actors = new ArrayList<>();
            for (Path jar : jars) {
                actors.addAll(actorsIn(jar, loader));
            }
            return new ActorJars(loader, chosen(actors, onlyTheseActors), modulesOf(loader));
        } catch (RuntimeException e) {
            close(loader);
            throw e;
        }
    }

    /**
     * Where the actors and modules come from. Make it the context class loader of the thread that creates the agent: the
     * workers have the same, and libraries in the jars find their own resources.
     */
    public ClassLoader loader() {
        return loader;
    }

    public List<Class<?>> actors() {
        return actors;
    }

    /** What the jars want installed besides. */
    public List<Module> modules() {
        return modules;
    }

    /** All of it as one module, for {@link Agent#create}. */
    public Module asModule() {
        return new AgentModule() {
            @Override
            protected void configure() {
                modules.forEach(this::install);
                actors.forEach(this::actor);
            }
        };
    }

    /** Closes the jars: what was not loaded from them by now cannot be. Closing twice does nothing. */
    @Override
    public void close() {
        close(loader);
    }

    private static void close(URLClassLoader loader) {
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ConfigException noFolder(Path folder) {
        return ConfigException.of(
                "agent folder", folder + " is not a folder", "a folder with %s/*.jar".formatted(FOLDER));
    }

    private static List<Path> jarsIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw noFolder(folder);
        }
        List<Path> jars;
        try (Stream<Path> files = Files.list(folder)) {
            jars = files.filter(file -> file.getFileName().toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
        if (jars.isEmpty()) {
            throw ConfigException.of("agent folder", folder + " has no jar", "at least one");
        }
        return jars;
    }

    private static URLClassLoader loaderOf(List<Path> jars) {
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            try {
                urls[i] = jars.get(i).toUri().toURL();
            } catch (IOException e) {
                throw unreadable(jars.get(i), e);
            }
        }
        return new URLClassLoader("actors", urls, ActorJars.class.getClassLoader());
    }

    private static List<Class<?>> actorsIn(Path jar, ClassLoader loader) {
        List<Class<?>> actors = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                if (!name.endsWith(CLASS) || name.startsWith("META-INF/") || !marked(file, entry)) {
                    continue;
                }
                String className =
                        name.substring(0, name.length() - CLASS.length()).replace('/', '.');
                Class<?> type = Class.forName(className, false, loader);
                if (type.isAnnotationPresent(Actor.class)) {
                    actors.add(type);
                }
            }
        } catch (IOException e) {
            throw unreadable(jar, e);
        } catch (ClassNotFoundException | LinkageError e) {
            throw ConfigException.of(
                    "actor jar",
                    "%s: %s".formatted(jar, e),
                    "classes for Java %d or older, and all that they need beside them in %s"
                            .formatted(Runtime.version().feature(), FOLDER));
        }
        return actors;
    }

    /** Looks before it loads: a class file that carries the annotation has its name in it. */
    private static boolean marked(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).contains(MARK);
        }
    }

    private static ConfigException unreadable(Path file, IOException cause) {
        return ConfigException.of("actor jar", "%s: %s".formatted(file, cause.getMessage()), "a readable jar");
    }

    private static List<Module> modulesOf(URLClassLoader loader) {
        List<Module> modules = new ArrayList<>();
        for (String name : moduleNames(loader)) {
            try {
                Class<? extends Module> type = Class.forName(name, true, loader).asSubclass(Module.class);
                modules.add(type.getConstructor().newInstance());
            } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
                throw ConfigException.of(
                        "module of the actor jars",
                        "%s: %s".formatted(Printable.of(name), e),
                        "a public Guice module with a public constructor without parameters");
            }
        }
        return modules;
    }

    /** Not with ServiceLoader: that would also take what the agent's own class path names. */
    private static Set<String> moduleNames(URLClassLoader loader) {
        Set<String> names = new LinkedHashSet<>();
        try {
            for (URL list : Collections.list(loader.findResources(MODULES))) {
                URLConnection connection = list.openConnection();
                connection.setUseCaches(false); // a jar kept open there could not be replaced
                try (InputStream in = connection.getInputStream()) {
                    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    text.lines()
                            .map(line -> COMMENT.matcher(line).replaceFirst("").strip())
                            .filter(name -> !name.isEmpty())
                            .forEach(names::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    private static List<Class<?>> chosen(List<Class<?>> actors, Set<String> names) {
        if (names.isEmpty()) {
            return actors;
        }
        Set<Class<?>> chosen = new LinkedHashSet<>();
        for (String name : names) {
            List<Class<?>> named = actors.stream()
                    .filter(actor -> namesOf(actor).contains(name))
                    .toList();
            if (named.isEmpty()) {
                throw unknown(name, actors);
            }
            chosen.addAll(named);
        }
        return List.copyOf(chosen);
    }

    private static List<String> namesOf(Class<?> actor) {
        return List.of(Services.prefixOf(actor), actor.getSimpleName(), actor.getName());
    }

    private static ConfigException unknown(String name, List<Class<?>> actors) {
        List<String> known = actors.stream().map(Services::prefixOf).sorted().toList();
        Optional<String> nearest = actors.stream()
                .flatMap(actor -> namesOf(actor).stream())
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)));
        String expected = known.isEmpty()
                ? "nothing: there is no class with @Actor"
                : "one of %s%s"
                        .formatted(
                                known,
                                nearest.map(near -> "; did you mean " + near + "?")
                                        .orElse(""));
        return ConfigException.of("actor", name, expected);
    }

    /** How many letters must be added, taken away or changed, capitals aside (Levenshtein). */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                boolean same = Character.toLowerCase(one.charAt(i - 1)) == Character.toLowerCase(other.charAt(j - 1));
                int cost = Math.min(diagonal + (same ? 0 : 1), Math.min(row[j], row[j - 1]) + 1);
                diagonal = row[j];
                row[j] = cost;
            }
        }
        return row[other.length()];
    }
}
