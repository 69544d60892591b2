package io.nanite.cli;

import io.nanite.core.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Where a setting comes from that no flag gives: {@code NANITE_*} in the environment, then {@code config.yml} in the root,
 * then the default that is built in. A setting has the name of its flag: {@code --ping-time} is {@code NANITE_PING_TIME}
 * and {@code ping_time}. Names that nobody knows are errors.
 */
final class Settings implements IDefaultValueProvider {

    /** The file in the root of an agent or mapper. */
    static final String FILE = "config.yml";

    private static final String PREFIX = "NANITE_";

    /** Names of the environment that are not settings of a command: the launcher's, and the tests'. */
    private static final Set<String> NOT_SETTINGS =
            Set.of("BUILT", "HOME", "JAVA_OPTS", "RABBITMQ_HOME", "REQUIRE_RABBITMQ", "SHARED", "TEST_AMQP_URI");

    private record Value(String text, String origin) {}

    private final Map<String, Value> values = new HashMap<>();

    private Settings() {}

    /** Settings of this environment alone. Throws {@link ConfigException} for a name that is no setting. */
    static Settings of(Map<String, String> environment, Set<String> known) {
        Settings settings = new Settings();
        environment.forEach((name, value) -> {
            if (!name.startsWith(PREFIX) || NOT_SETTINGS.contains(name.substring(PREFIX.length()))) {
                return;
            }
            String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
            if (!known.contains(key)) {
                throw ConfigException.of("environment", name, "a setting such as " + variable(Nearest.to(key, known)));
            }
            settings.values.put(key, new Value(value, name));
        });
        return settings;
    }

    /** Adds what the file in this folder says and the environment does not; no file is no error. */
    Settings with(Path root, Set<String> known) {
        Path file = root.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return this;
        }
        read(file).forEach((name, value) -> {
            String key = name.replace('-', '_');
            if (!known.contains(key)) {
                throw ConfigException.of(
                        "%s: key".formatted(file), name, "a setting such as " + Nearest.to(key, known));
            }
            values.putIfAbsent(key, new Value(text(file, name, value), "%s: %s".formatted(file, name)));
        });
        return this;
    }

    private static Map<String, Object> read(Path file) {
        try {
            Object read = new YAMLMapper().readValue(Files.readString(file), Object.class);
            if (read == null) {
                return Map.of();
            }
            if (!(read instanceof Map<?, ?> map)) {
                throw ConfigException.of(file.toString(), "no map", "lines of the form key: value");
            }
            Map<String, Object> settings = new LinkedHashMap<>();
            map.forEach((key, value) -> settings.put(String.valueOf(key), value));
            return settings;
        } catch (JacksonException e) {
            throw ConfigException.of(
                    file.toString(),
                    "line %d: %s".formatted(e.getLocation().getLineNr(), firstLine(e.getOriginalMessage())),
                    "YAML");
        } catch (IOException e) {
            throw ConfigException.of(file.toString(), e.getMessage(), "a file that can be read");
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
    }

    private static String text(Path file, String name, @Nullable Object value) {
        if (value instanceof Collection<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        if (value == null || value instanceof Map<?, ?>) {
            throw ConfigException.of("%s: %s".formatted(file, name), value, "one value, or a list");
        }
        return value.toString();
    }

    private static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        Value value = argument instanceof OptionSpec option ? values.get(key(option)) : null;
        return value == null ? null : value.text();
    }

    /** Where the value of this option came from, if not from a flag or from what is built in. */
    @Nullable
    String origin(ArgSpec argument) {
        Value value = argument instanceof OptionSpec option ? values.get(key(option)) : null;
        return value == null ? null : value.origin();
    }

    /** The names of all settings of this command and those below it. */
    static Set<String> names(CommandSpec command) {
        Set<String> names = new TreeSet<>();
        for (OptionSpec option : command.options()) {
            if (!option.usageHelp() && !option.versionHelp()) {
                names.add(key(option));
            }
        }
        command.subcommands().values().forEach(below -> names.addAll(names(below.getCommandSpec())));
        return names;
    }

    private static String key(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "").replace('-', '_');
    }
}
