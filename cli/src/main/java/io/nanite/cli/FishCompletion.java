package io.nanite.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Completions for fish: one line for each command and flag. */
final class FishCompletion {

    private final CommandLine nanite;
    private final StringBuilder script = new StringBuilder();

    FishCompletion(CommandLine nanite) {
        this.nanite = nanite;
    }

    String script() {
        program("nanite", nanite);
        for (String launcher : CompletionCommand.LAUNCHERS) {
            CommandLine command = nanite.getSubcommands().get(launcher);
            if (command != null) {
                program(launcher, command);
            }
        }
        return script.toString();
    }

    private void program(String name, CommandLine command) {
        script.append("complete -c ").append(name).append(" -e\n");
        command(name, command, List.of());
    }

    /** {@code seen} is what must stand before: of each command above, its names. */
    private void command(String program, CommandLine command, List<List<String>> seen) {
        List<CommandLine> below = CompletionModel.below(command);
        String here = seen.stream()
                .map(names -> "__fish_seen_subcommand_from " + String.join(" ", names))
                .collect(Collectors.joining("; and "));
        List<String> next = below.stream()
                .flatMap(one -> CompletionModel.names(one).stream())
                .toList();
        String notDeeper = next.isEmpty() ? "" : "not __fish_seen_subcommand_from " + String.join(" ", next);
        String condition = here.isEmpty() || notDeeper.isEmpty() ? here + notDeeper : here + "; and " + notDeeper;
        for (CommandLine one : below) {
            line(program, condition, "-f -a " + CompletionModel.names(one).get(0), CompletionModel.about(one));
        }
        for (OptionSpec option : CompletionModel.flags(command)) {
            line(program, condition, flag(option), CompletionModel.about(option));
        }
        for (CommandLine one : below) {
            List<List<String>> deeper = new ArrayList<>(seen);
            deeper.add(CompletionModel.names(one));
            command(program, one, deeper);
        }
    }

    private void line(String program, String condition, String what, String about) {
        script.append("complete -c ").append(program);
        if (!condition.isEmpty()) {
            script.append(" -n ").append(quoted(condition));
        }
        script.append(' ').append(what).append(" -d ").append(quoted(about)).append('\n');
    }

    private static String flag(OptionSpec option) {
        StringBuilder flag = new StringBuilder();
        for (String name : option.names()) {
            flag.append(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1))
                    .append(' ');
        }
        if (!CompletionModel.takesValue(option)) {
            return flag.toString().strip();
        }
        List<String> values = CompletionModel.values(option);
        if (CompletionModel.isFile(option)) {
            return flag + "-r -F";
        }
        return flag + "-x" + (values.isEmpty() ? "" : " -a " + quoted(String.join(" ", values)));
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
