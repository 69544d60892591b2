package io.nanite.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** A completion function for zsh, fit to be sourced, and to be a file {@code _nanite} in the {@code fpath}. */
final class ZshCompletion {

    private final CommandLine nanite;
    private final StringBuilder script = new StringBuilder();

    ZshCompletion(CommandLine nanite) {
        this.nanite = nanite;
    }

    String script() {
        List<String> programs = new ArrayList<>(List.of("nanite"));
        programs.addAll(CompletionCommand.LAUNCHERS);
        String all = String.join(" ", programs);
        script.append("#compdef ").append(all).append("\n\n");
        function("_nanite_nanite", nanite);
        script.append("_nanite() {\n  case $service in\n");
        for (String launcher : CompletionCommand.LAUNCHERS) {
            script.append("    %s) _nanite_nanite_%s ;;%n".formatted(launcher, launcher.replaceFirst("^nanite-", "")));
        }
        script.append("    *) _nanite_nanite ;;\n  esac\n}\n\n");
        script.append("if [ \"$funcstack[1]\" = _nanite ]; then\n  _nanite \"$@\"\nelse\n  compdef _nanite ")
                .append(all)
                .append("\nfi\n");
        return script.toString();
    }

    private void function(String name, CommandLine command) {
        List<CommandLine> below = CompletionModel.below(command);
        script.append(name).append("() {\n");
        script.append("  local curcontext=\"$curcontext\" state line ret=1\n  typeset -A opt_args\n");
        script.append("  _arguments -s -C \\\n");
        for (OptionSpec option : CompletionModel.flags(command)) {
            script.append("    ").append(flag(option)).append(" \\\n");
        }
        if (below.isEmpty()) {
            script.append("    '*: :_default' && ret=0\n");
        } else {
            script.append("    '1: :->command' '*:: :->arguments' && ret=0\n");
            branch(name, below);
        }
        script.append("  return ret\n}\n\n");
        below.forEach(
                one -> function(name + "_" + CompletionModel.names(one).get(0).replace('-', '_'), one));
    }

    private void branch(String name, List<CommandLine> below) {
        script.append("  case $state in\n    command)\n      local -a commands=(\n");
        for (CommandLine one : below) {
            script.append("        %s%n"
                    .formatted(quoted(CompletionModel.names(one).get(0) + ":"
                            + CompletionModel.about(one).replace(":", "\\:"))));
        }
        script.append("      )\n      _describe -t commands command commands && ret=0\n      ;;\n");
        script.append("    arguments)\n      case $line[1] in\n");
        for (CommandLine one : below) {
            List<String> names = CompletionModel.names(one);
            script.append("        %s) %s_%s && ret=0 ;;%n"
                    .formatted(String.join(" | ", names), name, names.get(0).replace('-', '_')));
        }
        script.append("      esac\n      ;;\n  esac\n");
    }

    private static String flag(OptionSpec option) {
        List<String> names = List.of(option.names());
        String value = "";
        if (CompletionModel.takesValue(option)) {
            List<String> values = CompletionModel.values(option);
            String action = CompletionModel.isFile(option)
                    ? "_files"
                    : values.isEmpty() ? " " : values.stream().collect(Collectors.joining(" ", "(", ")"));
            value = ":" + option.paramLabel() + ":" + action;
        }
        String text = "["
                + CompletionModel.about(option)
                        .replace("\\", "\\\\")
                        .replace("[", "\\[")
                        .replace("]", "\\]")
                        .replace(":", "\\:")
                + "]" + value;
        String repeats = option.isMultiValue() ? "*" : "";
        if (names.size() == 1) {
            return quoted(repeats + names.get(0) + text);
        }
        String excludes = repeats.isEmpty() ? "(" + String.join(" ", names) + ")" : repeats;
        return quoted(excludes) + "{" + String.join(",", names) + "}" + quoted(text);
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
