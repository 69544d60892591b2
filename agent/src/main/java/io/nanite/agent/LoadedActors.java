package io.nanite.agent;

import com.google.inject.Module;
import io.nanite.agent.actor.Actor;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/**
 * What was loaded from an {@link ActorFolder} at one time. Every class that carries {@link Actor} is an actor; every Guice
 * module that a jar names in {@code META-INF/services/com.google.inject.Module} is installed, and may bind what the actors
 * want injected.
 *
 * <p>All of it shares one class loader below that of {@code init}, and that is below the agent's. Close it when no agent hosts
 * it any more.
 */
public final class LoadedActors implements AutoCloseable {

    private static final String CLASS = ".class";

    /** How the annotation is written in a class file. */
    private static final String MARK = "L" + Actor.class.getName().replace('.', '/') + ";";

    private static final String MODULES = "META-INF/services/" + Module.class.getName();
    private static final Pattern COMMENT = Pattern.compile("#.*");

    private final ActorLoader loader;
    private final List<Class<?>> actors;
    private final List<Module> modules;

    private LoadedActors(ActorLoader loader, List<Class<?>> actors, List<Module> modules) {
        this.loader = loader;
        this.actors = List.copyOf(actors);
        this.modules = List.copyOf(modules);
    }

    /** Of actors; names that nobody has are errors where they are {@code checked}. */
    static LoadedActors actors(ActorLoader loader, Path folder, Set<String> only, boolean checked) {
        try {
            List<Class<?>> actors = actorsOf(loader, folder);
            List<Module> modules = modulesOf(loader);
            if (checked && actors.isEmpty() && modules.isEmpty()) {
                throw ConfigException.of("actors", folder, "a class that carries @Actor in a jar or a source there");
            }
            return new LoadedActors(loader, chosen(actors, only, checked), modules);
        } catch (RuntimeException | Error e) {
            loader.close();
            throw e;
        }
    }

    /** Of {@code init}: modules that jars name, and those that were compiled. */
    static LoadedActors init(ActorLoader loader, List<Path> files) {
        try {
            List<Module> modules = new ArrayList<>(modulesOf(loader));
            for (String name : new TreeSet<>(loader.compiled().keySet())) {
                Class<?> type = Class.forName(name, false, loader);
                if (Module.class.isAssignableFrom(type)
                        && type.getEnclosingClass() == null
                        && !Modifier.isAbstract(type.getModifiers())) {
                    modules.add(module(name, loader));
                }
            }
            if (modules.isEmpty() && !files.isEmpty()) {
                throw ConfigException.of(
                        files.get(0).toString(),
                        "no Guice module",
                        "a class that extends AgentModule; a jar names it in " + MODULES);
            }
            return new LoadedActors(loader, List.of(), modules);
        } catch (ClassNotFoundException e) {
            loader.close();
            throw new IllegalStateException("compiled, and not there: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            loader.close();
            throw e;
        }
    }

    /** As {@link #loader}, with what only this package needs to know of it. */
    ActorLoader source() {
        return loader;
    }

    /**
     * Where the actors and modules come from. Make it the context class loader of the thread that gives them to
     * {@link Agent#create}: the workers have the same, and libraries in the jars find their own resources. {@link Agent#host} sees
     * to that itself.
     */
    public ClassLoader loader() {
        return loader;
    }

    public List<Class<?>> actors() {
        return actors;
    }

    /** What is to be installed besides. */
    public List<Module> modules() {
        return modules;
    }

    /** All of it as one module, for {@link Agent#create}. {@link Agent#host} takes it as it is. */
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
        loader.close();
    }

    // ---- actors

    private static List<Class<?>> actorsOf(ActorLoader loader, Path folder) {
        Map<String, String> origins = new LinkedHashMap<>();
        for (Path jar : loader.jars()) {
            for (String name : markedIn(jar)) {
                claim(name, String.valueOf(jar.getFileName()), origins);
            }
        }
        new TreeMap<>(loader.compiled()).forEach((name, classFile) -> {
            if (isMarked(classFile)) {
                claim(name, "a source", origins);
            }
        });
        List<Class<?>> actors = new ArrayList<>();
        origins.forEach((name, origin) -> {
            try {
                Class<?> type = Class.forName(name, false, loader);
                if (type.isAnnotationPresent(Actor.class)) {
                    actors.add(type);
                }
            } catch (ClassNotFoundException | LinkageError e) {
                throw ConfigException.of(
                        "actor jar",
                        "%s: %s".formatted(folder.resolve(origin), e),
                        "classes for Java %d or older, and all that they need beside them"
                                .formatted(Runtime.version().feature()));
            }
        });
        return actors;
    }

    private static void claim(String name, String origin, Map<String, String> origins) {
        String other = origins.putIfAbsent(name, origin);
        if (other != null) {
            throw ConfigException.of(
                    "actor " + Printable.of(name), "in %s and in %s".formatted(other, origin), "one of them");
        }
    }

    private static Set<String> markedIn(Path jar) {
        Set<String> names = new LinkedHashSet<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                if (!name.endsWith(CLASS) || name.startsWith("META-INF/")) {
                    continue;
                }
                try (InputStream in = file.getInputStream(entry)) {
                    if (isMarked(in.readAllBytes())) {
                        names.add(name.substring(0, name.length() - CLASS.length())
                                .replace('/', '.'));
                    }
                }
            }
        } catch (IOException e) {
            throw ConfigException.of(
                    "actor jar", "%s: %s".formatted(jar.getFileName(), e.getMessage()), "a readable jar");
        }
        return names;
    }

    /** Looks before it is loaded: a class file that carries the annotation has its name in it. */
    private static boolean isMarked(byte[] classFile) {
        return new String(classFile, StandardCharsets.ISO_8859_1).contains(MARK);
    }

    // ---- modules

    private static List<Module> modulesOf(URLClassLoader loader) {
        List<Module> modules = new ArrayList<>();
        for (String name : moduleNames(loader)) {
            modules.add(module(name, loader));
        }
        return modules;
    }

    private static Module module(String name, ClassLoader loader) {
        try {
            Class<? extends Module> type = Class.forName(name, true, loader).asSubclass(Module.class);
            Constructor<? extends Module> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
            throw ConfigException.of(
                    "module of the agent folder",
                    "%s: %s".formatted(Printable.of(name), e instanceof InvocationTargetException ? e.getCause() : e),
                    "a Guice module with a constructor without parameters");
        }
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

    // ---- names

    private static List<Class<?>> chosen(List<Class<?>> actors, Set<String> names, boolean checked) {
        if (names.isEmpty()) {
            return actors;
        }
        Set<Class<?>> chosen = new LinkedHashSet<>();
        for (String name : names) {
            List<Class<?>> named = actors.stream()
                    .filter(actor -> namesOf(actor).contains(name))
                    .toList();
            if (named.isEmpty() && checked) {
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
