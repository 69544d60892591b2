package io.nanite.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Takes requests back. */
@Command(
        name = "cancel",
        description =
                "Says that nobody wants the answer any more: who has not begun does not, who runs it is interrupted.",
        footer = {"", "Such as:", "  cancel 3fa9", "  cancel all"})
final class CancelCommand extends ConsoleCommand {

    @Parameters(
            index = "0",
            paramLabel = "TOKEN",
            description = "of the request, or how it begins; all for all of them")
    String token = "";

    @Override
    ExitCode run(Session session) {
        List<ConsoleJobs.Entry> wanted = token.equals("all")
                ? session.jobs().all()
                : List.of(session.jobs().named(token));
        List<ConsoleJobs.Entry> open =
                wanted.stream().filter(entry -> !entry.job().isDone()).toList();
        open.forEach(entry -> entry.job().cancel());
        List<String> tokens = open.stream().map(entry -> entry.token().value()).toList();
        print(Map.of("cancelled", tokens), () -> out().println(
                        tokens.isEmpty()
                                ? "nothing to cancel: it has ended"
                                : "cancelled " + String.join(", ", tokens)));
        return ExitCode.OK;
    }
}
