package io.nanite.cli;

import io.nanite.core.packet.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The settings of a command as they are now, as a {@code config.yml} that would make them so: what is set stands as it is,
 * with where it comes from; what is not is a comment with its default, and so is a password, which does not belong there.
 */
final class EffectiveSettings {

    private static final Set<String> SECRETS = Set.of("pass", "admin_pass");

    /** The file lies there. */
    private static final String ROOT = "nanite";

    private static final int WIDTH = 100;

    /** What YAML takes for a text, a number or a truth, and nothing else. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/._][A-Za-z0-9/._+@-]*(:[0-9]+)?");

    private final CommandSpec command;
    private final Settings settings;

    EffectiveSettings(CommandSpec command, Settings settings) {
        this.command = command;
        this.settings = settings;
    }

    void print(PrintWriter out) {
        out.printf("# The settings of %s as they are now, each with where it comes from.%n", command.name());
        out.println("# What is commented out has its default. Fit to be saved as config.yml.");
        command.options().stream()
                .filter(Settings::isSetting)
                .filter(option -> !Settings.key(option).equals(ROOT))
                .distinct()
                .sorted(Comparator.comparing(Settings::key))
                .forEach(option -> print(option, out));
    }

    private void print(OptionSpec option, PrintWriter out) {
        String key = Settings.key(option);
        String origin = origin(option);
        out.println();
        wrapped(String.join(" ", option.description())).forEach(line -> out.println("# " + line));
        if (SECRETS.contains(key)) {
            out.printf("# %s: ***  # %s%n", key, origin == null ? "default" : origin);
        } else if (origin == null) {
            String standard = yaml(option.getValue());
            out.printf("# %s:%s  # default%n", key, standard == null ? "" : " " + standard);
        } else {
            out.printf("%s: %s  # %s%n", key, yaml(option.getValue()), origin);
        }
    }

    private @Nullable String origin(OptionSpec option) {
        ParseResult typed = option.command().commandLine().getParseResult();
        if (typed != null && typed.hasMatchedOption(option)) {
            return "typed";
        }
        String origin = settings.origin(option);
        return origin == null ? null : Printable.of(origin);
    }

    /** Null for nothing. */
    private static @Nullable String yaml(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof Collection<?> several) {
            return several.stream().map(one -> quoted(text(one))).collect(Collectors.joining(", ", "[", "]"));
        }
        return quoted(text(value));
    }

    private static String text(Object value) {
        if (value instanceof Duration duration) {
            return Durations.text(duration);
        }
        if (value instanceof Enum<?> choice) {
            return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        if (value instanceof Path path) {
            return path.toString().isEmpty() ? "." : path.toString();
        }
        return value.toString();
    }

    /** Single quotes, where only they themselves must be doubled; what no line can show is written as JSON would. */
    private static String quoted(String text) {
        if (PLAIN.matcher(text).matches() && !text.equalsIgnoreCase("null")) {
            return text;
        }
        return text.chars().allMatch(c -> c >= ' ' && c != 0x7f && c < 0xd800)
                ? "'" + text.replace("'", "''") + "'"
                : Json.line(text);
    }

    private static List<String> wrapped(String text) {
        StringBuilder lines = new StringBuilder();
        int width = 0;
        for (String word : text.split(" ", -1)) {
            boolean fits = width + word.length() < WIDTH;
            if (width > 0) {
                lines.append(fits ? ' ' : '\n');
            }
            width = fits ? width + word.length() + 1 : word.length() + 1;
            lines.append(word);
        }
        return lines.toString().lines().toList();
    }
}
