package io.nanite.cli;

import io.nanite.core.packet.Service;
import io.nanite.mapper.AgentView;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Shows who is there. */
@Command(name = "agents", description = "Shows the agents that are alive, what they offer and how loaded they are.")
final class AgentsCommand implements Callable<Integer> {

    private static final Duration QUIET = Duration.ofMillis(250);
    private static final Duration MOST = Duration.ofSeconds(3);

    @Mixin
    CommonOptions common = new CommonOptions();

    @ParentCommand
    @Nullable
    Lender lender;

    @Option(names = "--json", negatable = true, fallbackValue = "true", description = "as one line of JSON")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        if (lender == null) {
            throw new IllegalStateException("agents outside nanite-mapper");
        }
        try (Loan loan = lender.lend(null, false)) {
            Duration patience = loan.patience(MOST);
            if (!patience.isZero()) {
                Loan.hear(loan.mapper(), QUIET, patience);
            }
            List<AgentView> agents = loan.mapper().agents();
            if (json || lender.json()) {
                common.out()
                        .println(Json.line(
                                agents.stream().map(AgentsCommand::everything).toList()));
            } else {
                print(agents);
            }
        }
        return ExitCode.OK.code();
    }

    private void print(List<AgentView> agents) {
        if (agents.isEmpty()) {
            common.out().println("no agents; start one: nanite-agent --token fred -n examples/simpleagent");
            return;
        }
        int widest = Math.max(
                5,
                agents.stream()
                        .mapToInt(agent -> agent.identity().name().length())
                        .max()
                        .orElse(0));
        String line = "%-" + widest + "s  %8s  %9s  %-12s  %s%n";
        common.out().printf(Locale.ROOT, line, "AGENT", "STATUS", "BUSY", "TAGS", "SERVICES");
        for (AgentView agent : agents) {
            common.out()
                    .printf(
                            Locale.ROOT,
                            line,
                            agent.identity().name(),
                            Double.isFinite(agent.status().load())
                                    ? "%.2f".formatted(agent.status().load())
                                    : "unknown",
                            agent.vitals().slots() == 0
                                    ? "-"
                                    : agent.vitals().busy() + "/"
                                            + agent.vitals().slots(),
                            agent.tags().isEmpty() ? "-" : String.join(",", agent.tags()),
                            agent.services().stream()
                                    .map(Service::path)
                                    .sorted()
                                    .collect(Collectors.joining(" ")));
        }
    }

    static Map<String, @Nullable Object> everything(AgentView agent) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("agent", agent.identity().name());
        all.put("status", agent.status().value());
        all.put("slots", agent.vitals().slots());
        all.put("busy", agent.vitals().busy());
        all.put("tags", agent.tags());
        all.put(
                "services",
                agent.services().stream().map(Service::path).sorted().toList());
        all.put("version", agent.vitals().version());
        return all;
    }
}
