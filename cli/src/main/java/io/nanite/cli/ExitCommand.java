package io.nanite.cli;

import picocli.CommandLine.Command;

/** Ends the console. */
@Command(name = "exit", aliases = "quit", description = "Ends the console; so does Ctrl-D.")
final class ExitCommand extends ConsoleCommand {

    @Override
    ExitCode run(Session session) {
        session.interpreter().end();
        return ExitCode.OK;
    }
}
