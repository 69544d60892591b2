package io.nanite.cli;

import io.nanite.core.packet.Identity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says how a process of this machine is. */
@Command(
        name = "status",
        description = "Says how those are that run here: of one with --token, else of all of this root.")
final class StatusCommand extends LocalCommand {

    @Option(
            names = "--json",
            negatable = true,
            fallbackValue = "true",
            description = "everything that is known, as one line of JSON for each")
    boolean json;

    @Option(
            names = "--running",
            negatable = true,
            fallbackValue = "true",
            description = "and which jobs it has: token, service, caller, since when")
    boolean jobs;

    @Override
    int run() {
        List<Identity> running = running();
        List<Identity> wanted = named() == null && running.size() > 1 ? running : List.of(one());
        for (Identity identity : wanted) {
            Map<String, @Nullable Object> status = ask(identity, Map.of("ask", "status"));
            if (jobs) {
                status.put("running", ask(identity, Map.of("ask", "jobs")).get("jobs"));
            }
            common.out().println(json ? Json.line(status) : words(status));
        }
        return ExitCode.OK.code();
    }

    @SuppressWarnings("unchecked") // our own processes say nothing else
    private static String words(Map<String, @Nullable Object> status) {
        StringBuilder text = new StringBuilder(Statuses.words(status));
        if (status.get("running") instanceof List<?> running) {
            running.forEach(job -> text.append(System.lineSeparator())
                    .append("    ")
                    .append(Statuses.job((Map<String, @Nullable Object>) job)));
        }
        return text.toString();
    }
}
