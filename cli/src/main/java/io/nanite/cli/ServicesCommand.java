package io.nanite.cli;

import io.nanite.core.packet.Service;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** Shows what is offered. */
@Command(
        name = "services",
        description = "Shows the services that are offered, and by how many agents.",
        footer = {"", "Such as:", "  services"})
final class ServicesCommand extends ConsoleCommand {

    private static final Duration QUIET = Duration.ofMillis(250);
    private static final Duration MOST = Duration.ofSeconds(2);

    @Override
    ExitCode run(Session session) throws InterruptedException {
        Duration patience = session.lend().patience(MOST);
        if (!patience.isZero()) {
            Loan.hear(session.mapper(), QUIET, patience);
        }
        Map<Service, Integer> services = session.mapper().services();
        Map<String, Integer> named = new LinkedHashMap<>();
        services.forEach((service, agents) -> named.put(service.path(), agents));
        print(named, () -> {
            if (named.isEmpty()) {
                out().println("no services: no agent is alive");
            }
            int widest = named.keySet().stream().mapToInt(String::length).max().orElse(0);
            named.forEach((service, agents) ->
                    out().println(service + " ".repeat(widest - service.length()) + "  " + counted(agents)));
        });
        return ExitCode.OK;
    }

    static String counted(int agents) {
        return agents + (agents == 1 ? " agent" : " agents");
    }
}
