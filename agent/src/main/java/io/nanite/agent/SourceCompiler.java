package io.nanite.agent;

import io.nanite.core.ConfigException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import org.jspecify.annotations.Nullable;

/** Makes classes of sources, in memory, with the compiler that a JDK has. */
final class SourceCompiler {

    /** Parameter names for those who look at them; no annotation processors: what is on the class path shall not run here. */
    private static final List<String> OPTIONS = List.of("-g", "-parameters", "-proc:none", "-Xlint:none", "-nowarn");

    private SourceCompiler() {}

    /**
     * The class files by the names of their classes. The sources, with their texts, may use each other, what is visible, and
     * what was compiled before. Throws {@link ConfigException} with all that the compiler says.
     */
    static Map<String, byte[]> compile(
            JavaCompiler compiler, Map<Path, String> sources, List<Path> visible, Map<String, byte[]> before) {
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files =
                        compiler.getStandardFileManager(null, Locale.getDefault(), StandardCharsets.UTF_8);
                ClassesInMemory memory = new ClassesInMemory(files, before)) {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, visible);
            // Else it would look for further sources on the class path.
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
            List<Source> units = new ArrayList<>();
            sources.forEach((path, text) -> units.add(new Source(path, text)));
            boolean done =
                    compiler.getTask(said, memory, null, OPTIONS, null, units).call();
            if (!done) {
                throw ConfigException.of(
                                named(sources.keySet()),
                                "not compiled",
                                "Java %d".formatted(Runtime.version().feature()))
                        .withDetails(said.toString());
            }
            return memory.made();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String named(Set<Path> sources) {
        Path first = sources.iterator().next();
        return sources.size() == 1 ? first.toString() : "%d sources in %s".formatted(sources.size(), first.getParent());
    }

    /** A source as it was read. */
    private static final class Source extends SimpleJavaFileObject {

        private final Path path;
        private final String text;

        Source(Path path, String text) {
            super(path.toUri(), Kind.SOURCE);
            this.path = path;
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        /** As it is shown. */
        @Override
        public String getName() {
            return path.toString();
        }
    }

    /** A class file that was made here. */
    private static final class ClassInMemory extends SimpleJavaFileObject {

        private final String className;
        private byte[] bytes;

        ClassInMemory(String className, byte[] bytes) {
            super(URI.create("memory:///" + className.replace('.', '/') + Kind.CLASS.extension), Kind.CLASS);
            this.className = className;
            this.bytes = bytes;
        }

        @Override
        public OutputStream openOutputStream() {
            return new ByteArrayOutputStream() {
                @Override
                public void close() {
                    bytes = toByteArray();
                }
            };
        }

        @Override
        public InputStream openInputStream() {
            return new ByteArrayInputStream(bytes);
        }
    }

    /** Keeps what is made, and shows what was made before beside the class path. */
    private static final class ClassesInMemory extends ForwardingJavaFileManager<JavaFileManager> {

        private final Map<String, ClassInMemory> made = new HashMap<>();
        private final List<ClassInMemory> before = new ArrayList<>();

        ClassesInMemory(JavaFileManager files, Map<String, byte[]> before) {
            super(files);
            before.forEach((name, bytes) -> this.before.add(new ClassInMemory(name, bytes)));
        }

        Map<String, byte[]> made() {
            Map<String, byte[]> bytes = new HashMap<>();
            made.forEach((name, file) -> bytes.put(name, file.bytes));
            return bytes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, @Nullable FileObject sibling) {
            return made.computeIfAbsent(className, name -> new ClassInMemory(name, new byte[0]));
        }

        @Override
        public Iterable<JavaFileObject> list(
                Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
                throws IOException {
            Iterable<JavaFileObject> files = super.list(location, packageName, kinds, recurse);
            if (location != StandardLocation.CLASS_PATH || !kinds.contains(JavaFileObject.Kind.CLASS)) {
                return files;
            }
            List<JavaFileObject> all = new ArrayList<>();
            files.forEach(all::add);
            for (ClassInMemory file : before) {
                int dot = file.className.lastIndexOf('.');
                if (packageName.equals(dot < 0 ? "" : file.className.substring(0, dot))) {
                    all.add(file);
                }
            }
            return all;
        }

        @Override
        public String inferBinaryName(Location location, JavaFileObject file) {
            return file instanceof ClassInMemory ours ? ours.className : super.inferBinaryName(location, file);
        }
    }
}
