package io.nanite.cli;

import picocli.CommandLine.Command;

/** Makes the screen empty. */
@Command(name = "clear", description = "Makes the screen empty.")
final class ClearCommand extends ConsoleCommand {

    @Override
    ExitCode run(Session session) {
        session.front().clear();
        return ExitCode.OK;
    }
}
