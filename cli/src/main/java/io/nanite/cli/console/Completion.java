package io.nanite.cli.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Knows what may stand at the cursor: commands, their flags, and what the label of a flag or argument stands for, such as
 * AGENT. On the thread that reads.
 */
final class Completion implements Completer {

    private final Interpreter interpreter;
    private final Map<String, Supplier<Collection<Choice>>> choices;

    /** {@code choices} are those of each label, asked for when they are wanted. */
    Completion(Interpreter interpreter, Map<String, Supplier<Collection<Choice>>> choices) {
        this.interpreter = interpreter;
        this.choices = Map.copyOf(choices);
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        for (Choice choice : of(before, line.word().substring(0, line.wordCursor()))) {
            candidates.add(new Candidate(
                    choice.value(),
                    choice.value(),
                    null,
                    choice.about().isEmpty() ? null : choice.about(),
                    null,
                    null,
                    true));
        }
    }

    /** What may stand behind these words, where this has been typed of it. */
    List<Choice> of(List<String> before, String begun) {
        CommandLine commands = interpreter.commands();
        if (before.isEmpty()) {
            return names(commands);
        }
        CommandLine command = commands.getSubcommands().get(before.get(0));
        if (command == null) {
            return List.of();
        }
        CommandSpec spec = command.getCommandSpec();
        OptionSpec open = spec.findOption(before.get(before.size() - 1));
        if (open != null && takesValue(open)) {
            return values(open);
        }
        if (begun.startsWith("-")) {
            return flags(spec);
        }
        int index = positionals(spec, before);
        return spec.positionalParameters().stream()
                .filter(positional -> positional.index().contains(index))
                .findFirst()
                .map((PositionalParamSpec positional) ->
                        positional.paramLabel().equals("COMMAND") ? names(commands) : values(positional))
                .orElseGet(List::of);
    }

    private static List<Choice> names(CommandLine commands) {
        List<Choice> names = new ArrayList<>();
        commands.getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                String[] about = command.getCommandSpec().usageMessage().description();
                names.add(new Choice(name, about.length == 0 ? "" : about[0].split("(?<=[.:;]) ", 2)[0]));
            }
        });
        return names;
    }

    private static List<Choice> flags(CommandSpec spec) {
        List<Choice> flags = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                String[] about = option.description();
                flags.add(new Choice(option.longestName(), about.length == 0 ? "" : about[0]));
            }
        }
        return flags;
    }

    private List<Choice> values(ArgSpec argument) {
        List<Choice> values = new ArrayList<>();
        Iterable<String> named = argument.completionCandidates();
        if (named != null) {
            named.forEach(name -> values.add(Choice.of(name)));
        }
        Supplier<Collection<Choice>> living = choices.get(argument.paramLabel());
        if (living != null) {
            values.addAll(living.get());
        }
        return values;
    }

    private static boolean takesValue(OptionSpec option) {
        return option.arity().max() > 0 && !isSwitch(option);
    }

    private static boolean isSwitch(OptionSpec option) {
        return option.type() == boolean.class || option.type() == Boolean.class;
    }

    /** How many arguments stand there already that are no flags, nor what a flag takes. */
    private static int positionals(CommandSpec spec, List<String> before) {
        int count = 0;
        for (int i = 1; i < before.size(); i++) {
            OptionSpec option = spec.findOption(before.get(i));
            if (option != null && takesValue(option)) {
                i++;
            } else if (option == null && !before.get(i).startsWith("--")) {
                count++;
            }
        }
        return count;
    }
}
