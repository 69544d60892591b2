package io.nanite.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Holds the commands in a Markdown document against those that there are. */
final class DocumentedCommands {

    private static final Pattern COMMAND =
            Pattern.compile("^(?:\\$ )?(?:\\./|bin/)?(nanite(?:-agent|-mapper|-admin)?)( .*)?$");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    private static final Pattern HEADING = Pattern.compile("^#+ (nanite(?:-\\w+)?(?: [\\w-]+)*)$");
    private static final Pattern VARIABLE = Pattern.compile("\\bNANITE_[A-Z][A-Z_]*[A-Z]\\b");
    private static final Pattern EXIT_CODE = Pattern.compile("^\\| (\\d+) \\| (.*) \\|$");

    private DocumentedCommands() {}

    /** The commands as they are, for a look at what they understand. */
    static Main main() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return new Main(Map.of(), nowhere, nowhere, Shutdown.never());
    }

    private static CommandLine commands() {
        CommandLine commands = new CommandLine(main());
        Converters.register(commands);
        return commands;
    }

    /** What is wrong with the commands in this text: those that could not be typed so, and flags that nothing has. */
    static List<String> problems(String text) {
        List<String> problems = new ArrayList<>();
        Set<String> flags = allFlags();
        boolean fenced = false;
        for (String line : text.lines().toList()) {
            if (line.startsWith("```")) {
                fenced = !fenced;
            } else if (fenced || line.startsWith("    ")) {
                problemWith(line.strip()).ifPresent(problems::add);
            } else {
                Matcher code = CODE.matcher(line);
                while (code.find()) {
                    inline(code.group(1), flags, problems);
                }
            }
        }
        return problems;
    }

    private static void inline(String code, Set<String> flags, List<String> problems) {
        Matcher flag = FLAG.matcher(code);
        while (flag.find()) {
            if (!flags.contains(flag.group())) {
                problems.add("%s: no command has this flag".formatted(flag.group()));
            }
        }
        // Words for a value, as in: nanite COMMAND.
        if (!code.matches(".*\\b[A-Z]{4,}\\b.*")) {
            problemWith(code).ifPresent(problems::add);
        }
    }

    /** Why this line could not be typed; nothing if it could, or is no command of ours. */
    static Optional<String> problemWith(String line) {
        Matcher command = COMMAND.matcher(line);
        if (!command.matches()) {
            return Optional.empty();
        }
        List<String> arguments = new ArrayList<>();
        if (!command.group(1).equals("nanite")) {
            arguments.add(command.group(1));
        }
        String rest = command.group(2);
        arguments.addAll(words(rest == null ? "" : rest));
        try {
            commands().parseArgs(arguments.toArray(String[]::new));
            return Optional.empty();
        } catch (CommandLine.ParameterException e) {
            return Optional.of("%s: %s".formatted(line, e.getMessage()));
        }
    }

    /** As a shell takes a line apart, as far as documents need it. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            String bare = word.group(3);
            if (bare != null && bare.matches("(#|\\||&|[0-9]?>|<).*")) {
                break; // what a shell does with it is not ours
            }
            words.add(bare != null ? bare : word.group(1) != null ? word.group(1) : word.group(2));
        }
        return words;
    }

    private static Set<String> allFlags() {
        Set<String> flags = new TreeSet<>();
        collect(commands(), flags);
        return flags;
    }

    private static void collect(CommandLine command, Set<String> flags) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            for (String name : option.names()) {
                flags.add(name);
                if (option.negatable()) {
                    flags.add(command.getNegatableOptionTransformer().makeNegative(name, command.getCommandSpec()));
                }
            }
        }
        command.getSubcommands().values().forEach(below -> collect(below, flags));
    }

    /** What differs between the flags that each section of the text lists, and those that its command has. */
    static List<String> differences(String text) {
        List<String> differences = new ArrayList<>();
        Map<String, Set<String>> documented = sections(text);
        Map<String, Set<String>> real = new LinkedHashMap<>();
        commands().getSubcommands().forEach((name, command) -> flags(name, command, real));
        real.forEach((name, flags) -> {
            Set<String> listed = documented.get(name);
            if (listed == null) {
                differences.add("%s: has no section".formatted(name));
            } else if (!listed.equals(flags)) {
                differences.add("%s: lists %s (expected: %s)".formatted(name, listed, flags));
            }
        });
        documented.keySet().stream()
                .filter(name -> !real.containsKey(name))
                .forEach(name -> differences.add("%s: is no command".formatted(name)));
        return differences;
    }

    private static void flags(String name, CommandLine command, Map<String, Set<String>> real) {
        if (command.getCommandSpec().usageMessage().hidden() || isAlias(name, command)) {
            return;
        }
        String full = name.startsWith("nanite") ? name : "nanite " + name;
        Set<String> flags = new TreeSet<>();
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.hidden() && !option.usageHelp() && !option.versionHelp() && !option.inherited()) {
                flags.addAll(List.of(option.names()));
            }
        }
        real.put(full, flags);
        command.getSubcommands().forEach((below, spec) -> flags(full + " " + below, spec, real));
    }

    private static boolean isAlias(String name, CommandLine command) {
        return List.of(command.getCommandSpec().aliases()).contains(name);
    }

    private static Map<String, Set<String>> sections(String text) {
        Map<String, Set<String>> sections = new LinkedHashMap<>();
        Set<String> open = new TreeSet<>();
        for (String line : text.lines().toList()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                open = new TreeSet<>();
                sections.put(heading.group(1), open);
            } else if (line.startsWith("#")) {
                open = new TreeSet<>();
            } else if (line.startsWith("| `-")) {
                Matcher flag = CODE.matcher(line.substring(0, line.indexOf('|', 1)));
                while (flag.find()) {
                    open.add(flag.group(1));
                }
            }
        }
        return sections;
    }

    /** The names in the text that stand for variables of the environment: {@code NANITE_PASS}. */
    static List<String> variables(String text) {
        return VARIABLE.matcher(text).results().map(MatchResult::group).toList();
    }

    /** The exit codes in the text, as {@code 0 done}. */
    static Set<String> exitCodes(String text) {
        Set<String> codes = new LinkedHashSet<>();
        for (String line : text.lines().toList()) {
            Matcher code = EXIT_CODE.matcher(line);
            if (code.matches()) {
                codes.add(code.group(1) + " " + code.group(2));
            }
        }
        return codes;
    }
}
