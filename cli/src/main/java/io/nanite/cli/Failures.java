package io.nanite.cli;

import io.nanite.core.ConfigException;
import java.io.PrintWriter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Turns what goes wrong in a command into one line and an exit code.
 *
 * <p>A class, not two lambdas: Java 17 crashes when it archives a lambda for an interface that was compiled for Java 5.
 *
 * @param interrupted the code for an interruption; null for 1
 */
record Failures(Complaints complaints, PrintWriter err, Supplier<@Nullable Integer> interrupted)
        implements IParameterExceptionHandler, IExecutionExceptionHandler {

    /** Has it handle all that goes wrong in these commands. */
    void handleIn(CommandLine commands) {
        commands.setParameterExceptionHandler(this);
        commands.setExecutionExceptionHandler(this);
    }

    @Override
    public int handleParseException(ParameterException error, String[] arguments) {
        return wrong(complaints.about(error));
    }

    @Override
    public int handleExecutionException(Exception error, CommandLine command, ParseResult result) {
        return error instanceof ConfigException wrong
                ? wrong(complaints.about(wrong, command.getCommandSpec()))
                : Main.failed(error, err, interrupted.get());
    }

    private int wrong(String sentence) {
        err.println(sentence);
        return ExitCode.USAGE.code();
    }
}
