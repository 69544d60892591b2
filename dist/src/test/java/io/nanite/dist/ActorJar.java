package io.nanite.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes the jars that an agent loads. */
final class ActorJar {

    private ActorJar() {}

    /** Of these classes and those inside them. */
    static void write(Path jar, Class<?>... actors) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Class<?> type : withInner(actors)) {
                String name = type.getName().replace('.', '/') + ".class";
                zip.putNextEntry(new ZipEntry(name));
                try (InputStream in = type.getResourceAsStream("/" + name)) {
                    if (in == null) {
                        throw new IOException(name + ": not there (expected: a class file)");
                    }
                    in.transferTo(zip);
                }
            }
        }
    }

    private static List<Class<?>> withInner(Class<?>... types) {
        List<Class<?>> all = new ArrayList<>();
        for (Class<?> type : types) {
            all.add(type);
            all.addAll(withInner(type.getDeclaredClasses()));
        }
        return all;
    }
}
