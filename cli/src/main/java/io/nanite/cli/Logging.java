package io.nanite.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** How much the log says. It goes to the standard error, so that answers can be piped. */
final class Logging {

    /** The logger above all that are ours. */
    static final String OURS = "io.nanite";

    private static final Map<String, Level> LEVELS = Map.of(
            "fatal", Level.ERROR,
            "error", Level.ERROR,
            "warn", Level.WARN,
            "info", Level.INFO,
            "debug", Level.DEBUG,
            "trace", Level.TRACE);

    /** Libraries that talk about themselves at a level where we talk about the fabric. */
    private static final List<String> CHATTY = List.of("org.apache.qpid", "qpid", "com.rabbitmq", "org.apache.derby");

    private Logging() {}

    /** Sets the level by its name, or the default if there is none. */
    static void level(@Nullable String name, Level standard) {
        Level level = name == null ? standard : named(name);
        ((Logger) LoggerFactory.getLogger(OURS)).setLevel(level);
        boolean detailed = level.toInt() <= Level.DEBUG_INT;
        CHATTY.forEach(
                library -> ((Logger) LoggerFactory.getLogger(library)).setLevel(detailed ? Level.INFO : Level.OFF));
    }

    /** The level of this name; throws {@link ConfigException} if there is none. */
    static Level named(String name) {
        Level level = LEVELS.get(name.toLowerCase(Locale.ROOT));
        if (level == null) {
            throw ConfigException.of("log level", Printable.of(name), "fatal, error, warn, info, debug or trace");
        }
        return level;
    }
}
