package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The folder whose {@code config.yml} counts. It must be known before anything else can be read. */
final class Root {

    private static final String FLAG = "--nanite";
    private static final String SHORT = "-n";
    private static final String VARIABLE = "NANITE_NANITE";

    private Root() {}

    /** What the flag says, else the environment, else where we are. Throws {@link ConfigException} if it is no folder. */
    static Path of(Map<String, String> environment, String... args) {
        String typed = typed(args);
        if (typed != null) {
            return folder(FLAG, typed);
        }
        String set = environment.get(VARIABLE);
        return set == null ? Path.of("") : folder(VARIABLE, set);
    }

    private static @Nullable String typed(String... args) {
        for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
            String arg = args[i];
            if (arg.equals(FLAG) || arg.equals(SHORT)) {
                return i + 1 < args.length ? args[i + 1] : null;
            }
            if (arg.startsWith(FLAG + "=")) {
                return arg.substring(FLAG.length() + 1);
            }
            if (arg.startsWith(SHORT + "=")) {
                return arg.substring(SHORT.length() + 1);
            }
        }
        return null;
    }

    private static Path folder(String origin, String text) {
        try {
            Path folder = Path.of(text);
            if (Files.isDirectory(folder)) {
                return folder;
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw ConfigException.of(origin, Printable.of(text), "a folder");
    }
}
