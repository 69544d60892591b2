package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete our commands. */
@Command(
        name = "completion",
        description = "Prints a script that makes a shell complete the commands, their flags and values.")
final class CompletionCommand implements Callable<Integer> {

    /** The commands that have a launcher of their own. */
    static final List<String> LAUNCHERS = List.of("nanite-agent", "nanite-mapper", "nanite-admin");

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(
            index = "0",
            paramLabel = "SHELL",
            completionCandidates = Choices.Shells.class,
            description = "bash, zsh or fish")
    String shell = "";

    @Spec
    @Nullable
    CommandSpec self;

    @Override
    public Integer call() {
        if (self == null) {
            throw new IllegalStateException("a command outside nanite");
        }
        CommandLine nanite = self.root().commandLine();
        common.out().print(script(nanite));
        common.out().flush();
        return ExitCode.OK.code();
    }

    private String script(CommandLine nanite) {
        return switch (shell.toLowerCase(Locale.ROOT)) {
            case "bash" -> bash(nanite);
            case "zsh" -> new ZshCompletion(nanite).script();
            case "fish" -> new FishCompletion(nanite).script();
            default -> throw ConfigException.of("SHELL", Printable.of(shell), "bash, zsh or fish");
        };
    }

    private static String bash(CommandLine nanite) {
        StringBuilder script = new StringBuilder(AutoComplete.bash("nanite", nanite));
        for (String launcher : LAUNCHERS) {
            CommandLine command = nanite.getSubcommands().get(launcher);
            if (command != null) {
                script.append('\n').append(AutoComplete.bash(launcher, command));
            }
        }
        return script.toString();
    }
}
