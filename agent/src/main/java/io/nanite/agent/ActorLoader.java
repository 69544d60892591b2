package io.nanite.agent;

import io.nanite.core.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/** Where the classes of a folder come from: its jars, or copies of them, and what was compiled from its sources. */
final class ActorLoader extends URLClassLoader {

    private final List<Path> jars;
    private final Map<String, byte[]> compiled;
    private final @Nullable Path copies;

    private ActorLoader(
            List<Path> jars, URL[] urls, Map<String, byte[]> compiled, ClassLoader parent, @Nullable Path copies) {
        super("actors", urls, parent);
        this.jars = List.copyOf(jars);
        this.compiled = Map.copyOf(compiled);
        this.copies = copies;
    }

    /**
     * Of these jars, and the class files by their names that {@code compiling} makes beside them. A jar that is overwritten breaks
     * who uses it, not who uses a copy.
     */
    static ActorLoader of(
            List<Path> jars, Function<List<Path>, Map<String, byte[]>> compiling, ClassLoader parent, boolean copying) {
        Path copies = null;
        try {
            List<Path> used = jars;
            if (copying && !jars.isEmpty()) {
                copies = Files.createTempDirectory("nanite-actors-");
                used = copied(jars, copies);
            }
            used.forEach(ActorLoader::check);
            URL[] urls = new URL[used.size()];
            for (int i = 0; i < urls.length; i++) {
                urls[i] = used.get(i).toUri().toURL();
            }
            return new ActorLoader(used, urls, compiling.apply(used), parent, copies);
        } catch (IOException e) {
            remove(copies);
            throw ConfigException.of("actor jars", "%s: %s".formatted(jars, e.getMessage()), "readable jars");
        } catch (RuntimeException | Error e) {
            remove(copies);
            throw e;
        }
    }

    private static void check(Path jar) {
        try (JarFile opened = new JarFile(jar.toFile())) {
            opened.size();
        } catch (IOException e) {
            throw ConfigException.of(
                    "actor jar", "%s: %s".formatted(jar.getFileName(), e.getMessage()), "a readable jar");
        }
    }

    private static List<Path> copied(List<Path> jars, Path to) throws IOException {
        List<Path> copied = new ArrayList<>();
        for (Path jar : jars) {
            copied.add(Files.copy(jar, to.resolve(Objects.requireNonNull(jar.getFileName()))));
        }
        return copied;
    }

    /** The files that it reads. */
    List<Path> jars() {
        return jars;
    }

    /** The class files that were compiled, by the names of their classes. */
    Map<String, byte[]> compiled() {
        return compiled;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] file = compiled.get(name);
        return file == null ? super.findClass(name) : defineClass(name, file, 0, file.length);
    }

    @Override
    public void close() {
        try {
            super.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            remove(copies);
        }
    }

    private static void remove(@Nullable Path copies) {
        if (copies == null) {
            return;
        }
        try (var files = Files.list(copies)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(copies);
        } catch (IOException e) {
            // It is in the folder for what need not stay, and somebody else has begun to clean up there.
        }
    }
}
