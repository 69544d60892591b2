package io.nanite.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** Shows what was typed. */
@Command(
        name = "history",
        description = "Shows the lines that were typed, those of before too.",
        footer = {"", "Such as:", "  history"})
final class HistoryCommand extends ConsoleCommand {

    @Override
    ExitCode run(Session session) {
        List<String> lines = session.front().history();
        print(lines, () -> lines.forEach(out()::println));
        return ExitCode.OK;
    }
}
