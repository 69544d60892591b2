package io.nanite.cli;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What flags are in a console that nobody types: what was set there, and for commands that there are without it too, what
 * the environment and the file say. Any thread.
 */
final class Defaults implements IDefaultValueProvider {

    private final Settings settings;
    private final Map<String, String> set = new ConcurrentSkipListMap<>();

    Defaults(Settings settings) {
        this.settings = settings;
    }

    /** For all flags of this name, which begins without dashes. */
    void set(String name, String value) {
        set.put(key(name), value);
    }

    void unset(String name) {
        set.remove(key(name));
    }

    Map<String, String> all() {
        return Map.copyOf(set);
    }

    static String key(String name) {
        return name.replaceFirst("^-+", "").replace('-', '_');
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String value = set.get(Settings.key(option));
        return value == null && isOfTheShell(option) ? settings.text(option) : value;
    }

    private static boolean isOfTheShell(OptionSpec option) {
        Command mapper = MapperCommand.class.getAnnotation(Command.class);
        Object command = option.command().userObject();
        return command != null && Arrays.asList(mapper.subcommands()).contains(command.getClass());
    }
}
