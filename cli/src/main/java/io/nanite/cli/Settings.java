package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
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

    /** Names of the environment that are no settings: the launcher's, those of builds and tests. */
    private static final Set<String> NOT_SETTINGS = Set.of(
            "HOME",
            "JAVA_OPTS",
            "BUILT",
            "SHARED",
            "CI_RUN",
            "REQUIRE_BROWSER",
            "REQUIRE_RABBITMQ",
            "REQUIRE_TMUX",
            "RABBITMQ_HOME",
            "TEST_AMQP_URI");

    /** The file lies in the root, so it cannot say where the root is. */
    private static final String ROOT = "nanite";

    private static final Pattern LINE = Pattern.compile("line (\\d+), column");

    /** {@code file} is where it is written, null for the environment. */
    private record Value(
            String text, String origin, @Nullable Path file) {}

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
                throw ConfigException.of(
                        "environment",
                        Printable.of(name),
                        "a setting such as " + PREFIX + Nearest.to(key, known).toUpperCase(Locale.ROOT));
            }
            settings.values.put(key, new Value(value, name, null));
        });
        return settings;
    }

    /** Adds what the file in this folder says and the environment does not; no file is no error. */
    Settings with(Path root, Set<String> known) {
        Path file = root.resolve(FILE);
        if (!Files.exists(file)) {
            return this;
        }
        read(file, known)
                .forEach((key, text) -> values.putIfAbsent(key, new Value(text, "%s: %s".formatted(file, key), file)));
        return this;
    }

    private static Map<String, String> read(Path file, Set<String> known) {
        try (JsonParser parser = new YAMLMapper().createParser(Files.readString(file))) {
            return read(file, parser, known);
        } catch (JacksonException e) {
            // Not the library's words: they quote the file, and there may be a password in it.
            throw ConfigException.of(file.toString(), "line " + line(e), "YAML: lines such as port: 5672");
        } catch (CharacterCodingException e) {
            throw ConfigException.of(file.toString(), "bytes that are no text", "UTF-8");
        } catch (IOException e) {
            throw ConfigException.of(file.toString(), e.getMessage(), "a file that can be read");
        }
    }

    /** The last line that the message names is where reading stopped; the location is where it was going on from. */
    static String line(JacksonException e) {
        return LINE.matcher(e.getOriginalMessage())
                .results()
                .map(line -> line.group(1))
                .reduce((before, last) -> last)
                .orElseGet(() -> Integer.toString(e.getLocation().getLineNr()));
    }

    /** Values stay as they are written: a password of 0123 is not 83. */
    private static Map<String, String> read(Path file, JsonParser parser, Set<String> known) {
        Map<String, String> texts = new HashMap<>();
        JsonToken first = parser.nextToken();
        if (first == null || (first == JsonToken.VALUE_NULL && parser.nextToken() == null)) {
            return texts;
        }
        if (first != JsonToken.START_OBJECT) {
            throw ConfigException.of(file.toString(), "no settings", "lines such as port: 5672");
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Printable.of(parser.currentName());
            String key = parser.currentName().replace('-', '_');
            if (key.equals(ROOT) || !known.contains(key)) {
                Set<String> ofFile = new TreeSet<>(known);
                ofFile.remove(ROOT);
                throw ConfigException.of(
                        "%s: key".formatted(file), name, "a setting such as " + Nearest.to(key, ofFile));
            }
            if (texts.put(key, text("%s: %s".formatted(file, name), parser)) != null) {
                throw ConfigException.of("%s: key".formatted(file), name, "each key once");
            }
        }
        if (parser.nextToken() != null) {
            throw ConfigException.of(file.toString(), "several documents", "one");
        }
        return texts;
    }

    private static String text(String origin, JsonParser parser) {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.START_ARRAY) {
            List<String> texts = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                String one = scalar(origin, parser, "a list of single values");
                if (one.isEmpty() || one.contains(",")) {
                    throw ConfigException.of(
                            origin,
                            one.isEmpty() ? "nothing" : Printable.of(one),
                            "in a list no empty value and no comma");
                }
                texts.add(one);
            }
            return String.join(",", texts);
        }
        return scalar(origin, parser, "one value, or a list of them");
    }

    private static String scalar(String origin, JsonParser parser, String expected) {
        JsonToken token = parser.currentToken();
        if (token == null || !token.isScalarValue() || token == JsonToken.VALUE_NULL) {
            throw ConfigException.of(origin, token == JsonToken.VALUE_NULL ? "nothing" : "a structure", expected);
        }
        return parser.getString();
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String text = text(option);
        if (text != null && text.isEmpty() && option.typeInfo().isBoolean()) {
            // The parser would take that for a flag without a value, which is true.
            throw ConfigException.of(String.valueOf(origin(option)), text, "true or false");
        }
        return text;
    }

    /** What the environment or the file says, or null. */
    @Nullable
    String text(OptionSpec option) {
        Value value = values.get(key(option));
        return value == null ? null : value.text();
    }

    /** Where the value of this option came from, if not from a flag or from what is built in. */
    @Nullable
    String origin(OptionSpec option) {
        Value value = values.get(key(option));
        return value == null ? null : value.origin();
    }

    /** The file that this setting is from, or null. */
    @Nullable
    Path fileOf(String key) {
        Value value = values.get(key);
        return value == null ? null : value.file();
    }

    /** The names of all settings of this command and those below it. */
    static Set<String> names(CommandSpec command) {
        Set<String> names = new TreeSet<>();
        for (OptionSpec option : command.options()) {
            if (isSetting(option)) {
                names.add(key(option));
            }
        }
        command.subcommands().values().forEach(below -> names.addAll(names(below.getCommandSpec())));
        return names;
    }

    /** Whether this can be set elsewhere than by its flag. */
    static boolean isSetting(OptionSpec option) {
        return !option.usageHelp()
                && !option.versionHelp()
                && !option.hidden()
                && !option.longestName().equals(PrintConfigOption.FLAG);
    }

    /** The commands that this one shows in its help, by all their names. */
    static Set<String> visible(CommandLine command) {
        Set<String> names = new TreeSet<>();
        command.getSubcommands().forEach((name, below) -> {
            if (!below.getCommandSpec().usageMessage().hidden()) {
                names.add(name);
            }
        });
        return names;
    }

    static String key(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "").replace('-', '_');
    }
}
