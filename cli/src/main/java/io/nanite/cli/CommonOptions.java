package io.nanite.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** What every command has: help, a version, and somewhere to print. Not {@code -h}, which has always been the host here. */
final class CommonOptions {

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec command;

    @Option(names = "--help", usageHelp = true, description = "show this and end")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "show the version and end")
    boolean version;

    /** Answers. Each line is flushed. */
    PrintWriter out() {
        return line().getOut();
    }

    /** Complaints. Each line is flushed. */
    PrintWriter err() {
        return line().getErr();
    }

    /** Prints the help. */
    void usage() {
        line().usage(out());
    }

    /** Whether what goes to the standard error may have colours: on a terminal, which the launcher has looked for. */
    boolean isColoured() {
        String unwanted = environment("NO_COLOR");
        return Boolean.getBoolean("nanite.terminal")
                && (unwanted == null || unwanted.isEmpty())
                && !"dumb".equals(environment("TERM"));
    }

    /** The command and what was typed for it. */
    CommandSpec spec() {
        return line().getCommandSpec();
    }

    /** What a signal does to this command. */
    Shutdown shutdown() {
        return main().shutdown();
    }

    /** What the environment has under this name, which is no setting's, or null. */
    @Nullable
    String environment(String name) {
        return main().environment(name);
    }

    /** What is set elsewhere for this command. */
    Settings settings() {
        return line().getDefaultValueProvider() instanceof Settings settings
                ? settings
                : Settings.of(Map.of(), Set.of());
    }

    /** Whether somebody typed this flag, before the name of a command below or after it. */
    boolean typed(String flag) {
        CommandLine top = line().getCommandSpec().root().commandLine();
        for (ParseResult at = top.getParseResult(); at != null; at = at.subcommand()) {
            if (at.hasMatchedOption(flag)) {
                return true;
            }
        }
        return false;
    }

    private Main main() {
        if (line().getCommandSpec().root().userObject() instanceof Main main) {
            return main;
        }
        throw new IllegalStateException("a command outside nanite");
    }

    private CommandLine line() {
        if (command == null) {
            throw new IllegalStateException("options outside a command");
        }
        return command.commandLine();
    }
}
