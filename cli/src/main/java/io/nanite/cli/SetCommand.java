package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/** Sets what a flag is when nobody types it. */
@Command(
        name = "set",
        description =
                "Says what a flag of all commands is from now on where it is not typed; alone it shows what is set.",
        footer = {"", "Such as:", "  set selector rr", "  set timeout 5s", "  set selector"})
final class SetCommand extends ConsoleCommand {

    @Parameters(index = "0", arity = "0..1", paramLabel = "SETTING", description = "the flag, without its dashes")
    @Nullable
    String setting;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "VALUE",
            description = "what it is to be (none: what it was at first)")
    @Nullable
    String value;

    @Override
    ExitCode run(Session session) {
        Defaults defaults = session.defaults();
        if (setting == null) {
            Map<String, String> all = new TreeMap<>(defaults.all());
            print(all, () -> {
                if (all.isEmpty()) {
                    out().println("nothing is set");
                }
                all.forEach((name, what) -> out().println("%s %s".formatted(name.replace('_', '-'), plain(what))));
            });
            return ExitCode.OK;
        }
        Map<String, List<OptionSpec>> known = names(session.commands());
        String name = setting.replaceFirst("^-+", "").replace('_', '-');
        List<OptionSpec> options = known.get(name);
        if (options == null) {
            throw ConfigException.of("SETTING", Printable.of(setting), "such as " + Nearest.to(name, known.keySet()));
        }
        if (value == null) {
            defaults.unset(name);
        } else {
            options.forEach(option -> check(name, value, option));
            defaults.set(name, value);
        }
        return ExitCode.OK;
    }

    private void check(String name, String text, OptionSpec option) {
        Iterable<String> choices = option.completionCandidates();
        if (choices != null) {
            List<String> allowed = new ArrayList<>();
            choices.forEach(allowed::add);
            if (!allowed.contains(text)) {
                throw ConfigException.of(name, Printable.of(text), "one of " + String.join(", ", allowed));
            }
        }
        Class<?> type = option.type();
        if (type == boolean.class && !text.equals("true") && !text.equals("false")) {
            throw ConfigException.of(name, Printable.of(text), "true or false");
        }
        if (type == Duration.class) {
            convert(name, text, new Durations());
        }
        if (type == int.class && !text.matches("\\d{1,9}")) {
            throw ConfigException.of(name, Printable.of(text), "a whole number");
        }
    }

    private static void convert(String name, String text, ITypeConverter<?> converter) {
        try {
            converter.convert(text);
        } catch (Exception e) {
            throw ConfigException.of(name, Printable.of(text), String.valueOf(e.getMessage()));
        }
    }

    /** The flags that can be set, by their longest names, without dashes. */
    static Map<String, List<OptionSpec>> names(CommandLine commands) {
        Map<String, List<OptionSpec>> names = new TreeMap<>();
        for (CommandLine command : commands.getSubcommands().values()) {
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (!option.usageHelp() && !option.versionHelp() && !option.hidden()) {
                    names.computeIfAbsent(option.longestName().replaceFirst("^-+", ""), name -> new ArrayList<>())
                            .add(option);
                }
            }
        }
        return names;
    }
}
