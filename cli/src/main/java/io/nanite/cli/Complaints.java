package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with what somebody typed or configured: one line with the place, the value, and what was expected. */
final class Complaints {

    /** What modules call a setting where we call it otherwise. */
    private static final Map<String, String> FLAGS = Map.ofEntries(
            Map.entry("slots", "threadpool"),
            Map.entry("actor", "actors"),
            Map.entry("agent_folder", "nanite"),
            Map.entry("broker_port", "port"),
            Map.entry("broker_address", "bind"));

    private final Settings settings;

    Complaints(Settings settings) {
        this.settings = settings;
    }

    /** About something that could not be read as what it should be. */
    String about(ParameterException error) {
        if (error instanceof UnmatchedArgumentException unmatched) {
            return unknown(unmatched.getUnmatched(), error.getCommandLine());
        }
        if (error.getCause() instanceof ConfigException wrong) {
            return String.valueOf(wrong.getMessage());
        }
        ArgSpec argument = error.getArgSpec();
        if (argument instanceof OptionSpec option
                && error.getValue() != null
                && error.getCause() instanceof TypeConversionException wrong) {
            boolean configured = error.getValue().equals(settings.text(option));
            String place = configured ? settings.origin(option) : option.longestName();
            return line(place, error.getValue(), String.valueOf(wrong.getMessage()));
        }
        return String.valueOf(error.getMessage()).lines().findFirst().orElse("wrong usage");
    }

    private static String unknown(List<String> unmatched, CommandLine command) {
        // Never more than the first: what follows a flag that nobody knows may be a password.
        String first = unmatched.get(0);
        if (first.startsWith("-") && first.length() > 1) {
            String flag = first.contains("=") ? first.substring(0, first.indexOf('=')) : first;
            Collection<String> flags = command.getCommandSpec().optionsMap().keySet();
            return line("unknown flag", flag, "such as " + Nearest.to(flag, flags));
        }
        if (!command.getSubcommands().isEmpty()) {
            return line("unknown command", first, "such as " + Nearest.to(first, Settings.visible(command)));
        }
        return line("unexpected", first, "nothing more; put a text with spaces in quotes");
    }

    /** About a value that could be read, and is no good. */
    String about(ConfigException error, CommandSpec command) {
        OptionSpec option = option(error, command);
        String place = option == null ? null : isTyped(option) ? option.longestName() : settings.origin(option);
        if (option == null || place == null) {
            return String.valueOf(error.getMessage());
        }
        String value = error.value() instanceof Duration ? text(option) : String.valueOf(error.value());
        return line(place, value, error.expected());
    }

    private static @Nullable OptionSpec option(ConfigException error, CommandSpec command) {
        String name = error.setting()
                .replaceFirst("^-+", "")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .replaceAll("[ -]", "_")
                .toLowerCase(Locale.ROOT);
        String key = FLAGS.getOrDefault(name, name);
        OptionSpec found = null;
        // A flag may stand before the command below as well as after it.
        for (CommandSpec at = command; at != null; at = at.parent()) {
            for (OptionSpec option : at.options()) {
                if (Settings.key(option).equals(key) && (found == null || isTyped(option))) {
                    found = option;
                }
            }
        }
        return found;
    }

    private static boolean isTyped(OptionSpec option) {
        ParseResult typed = option.command().commandLine().getParseResult();
        return typed != null && typed.hasMatchedOption(option);
    }

    /** As it was written. */
    private String text(OptionSpec option) {
        List<String> typed = isTyped(option) ? option.originalStringValues() : List.of();
        return typed.isEmpty() ? String.valueOf(settings.text(option)) : typed.get(typed.size() - 1);
    }

    private static String line(@Nullable String place, String value, String expected) {
        return "%s: %s (expected: %s)".formatted(place, Printable.of(value), expected);
    }
}
