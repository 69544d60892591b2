package io.nanite.cli;

import io.nanite.core.ConfigException;
import java.io.PrintWriter;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * Runs what was typed, or prints its settings where that is wanted and they are good.
 *
 * <p>A class for the same reason as {@link Failures}.
 */
record PrintOrRun(Settings settings, Complaints complaints, PrintWriter out, PrintWriter err)
        implements IExecutionStrategy {

    @Override
    public int execute(ParseResult parsed) {
        return PrintConfigOption.isTyped(parsed) ? print(parsed) : new RunLast().execute(parsed);
    }

    private int print(ParseResult parsed) {
        ParseResult last = parsed;
        while (last.subcommand() != null) {
            last = last.subcommand();
        }
        CommandSpec command = last.commandSpec();
        try {
            if (command.userObject() instanceof Configured configured) {
                configured.check();
            }
        } catch (ConfigException e) {
            err.println(complaints.about(e, command));
            return ExitCode.USAGE.code();
        }
        new EffectiveSettings(command, settings).print(out);
        return ExitCode.OK.code();
    }
}
