package io.nanite.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What of a command can be completed. */
final class CompletionModel {

    private static final String PREFIX = "nanite-";

    private CompletionModel() {}

    /** The commands below, each once, without those that no help shows. */
    static List<CommandLine> below(CommandLine command) {
        return command.getSubcommands().values().stream()
                .distinct()
                .filter(one -> !one.getCommandSpec().usageMessage().hidden())
                .toList();
    }

    /** All names of a command, the one to offer first: {@code agent} before {@code nanite-agent}. */
    static List<String> names(CommandLine command) {
        List<String> names = new ArrayList<>(List.of(command.getCommandSpec().aliases()));
        names.add(command.getCommandName());
        names.sort(Comparator.comparing(name -> name.startsWith(PREFIX)));
        return names;
    }

    /** The flags of a command, as its help shows them. */
    static List<OptionSpec> flags(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .distinct()
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .toList();
    }

    static boolean takesValue(OptionSpec option) {
        return option.arity().max() > 0 && !option.typeInfo().isBoolean();
    }

    static boolean isFile(OptionSpec option) {
        return option.typeInfo().getType() == Path.class;
    }

    /** The values that may be given, or none where that cannot be told. */
    static List<String> values(ArgSpec argument) {
        Iterable<String> candidates = argument.completionCandidates();
        return candidates == null || argument.typeInfo().isBoolean()
                ? List.of()
                : StreamSupport.stream(candidates.spliterator(), false).toList();
    }

    /** What a flag is for, in a few words. */
    static String about(OptionSpec option) {
        String whole = String.join(" ", option.description());
        int end = whole.indexOf(';');
        return end < 0 ? whole : whole.substring(0, end);
    }

    /** What a command is for, in a few words. */
    static String about(CommandLine command) {
        String whole = String.join(" ", command.getCommandSpec().usageMessage().description());
        int end = whole.indexOf(". ");
        return end < 0 ? whole.replaceFirst("\\.$", "") : whole.substring(0, end);
    }
}
