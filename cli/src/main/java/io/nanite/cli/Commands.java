package io.nanite.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Describes what was typed to the library for the command line, and no more: each command costs the start some milliseconds. */
final class Commands {

    /** They are about all commands. */
    private static final List<Class<?>> OF_ALL = List.of(CompletionCommand.class);

    private Commands() {}

    /** The one command that was typed, or all where that is not clear. */
    static CommandLine typed(Main main, String... args) {
        Optional<Class<?>> one = args.length == 0 ? Optional.empty() : named(args[0]);
        if (one.isEmpty() || OF_ALL.contains(one.get())) {
            return new CommandLine(main);
        }
        CommandSpec root =
                CommandSpec.wrapWithoutInspection(main).name(about(Main.class).name());
        root.addSubcommand(null, new CommandLine(one.get()));
        return new CommandLine(root);
    }

    private static Optional<Class<?>> named(String name) {
        return Arrays.<Class<?>>stream(about(Main.class).subcommands())
                .filter(type -> about(type).name().equals(name)
                        || Arrays.asList(about(type).aliases()).contains(name))
                .findFirst();
    }

    private static Command about(Class<?> type) {
        Command about = type.getAnnotation(Command.class);
        if (about == null) {
            throw new IllegalStateException(type + " is no command");
        }
        return about;
    }
}
