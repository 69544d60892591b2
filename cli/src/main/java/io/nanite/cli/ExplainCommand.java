package io.nanite.cli;

import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Explanation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Says who would get a request, and why. */
@Command(
        name = "explain",
        description =
                "Says who would get a request for this service now, and of each agent that offers it why it would or "
                        + "would not. Nobody is asked for anything.",
        footer = {"", "Such as:", "  explain /simple/echo", "  explain /simple/echo --selector all --tag gpu"})
final class ExplainCommand extends RoutedCommand {

    @Override
    int run(Loan loan, Service service, CallOptions options) {
        Explanation explanation = loan.mapper().explain(service.path(), options);
        boolean somebody = explanation.agents().stream().anyMatch(Explanation.Considered::chosen);
        if (json) {
            common.out().println(Json.line(everything(explanation)));
        } else {
            common.out().println(Printable.of(explanation.verdict()));
            for (Explanation.Considered one : explanation.agents()) {
                common.out()
                        .println("  %s %s: %s"
                                .formatted(
                                        one.chosen() ? "*" : " ",
                                        one.agent().identity().name(),
                                        Printable.of(one.why())));
            }
        }
        return (somebody ? ExitCode.OK : ExitCode.NO_AGENT).code();
    }

    private static Map<String, Object> everything(Explanation explanation) {
        List<Map<String, @Nullable Object>> agents = new ArrayList<>();
        for (Explanation.Considered one : explanation.agents()) {
            AgentView agent = one.agent();
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            all.put("agent", agent.identity().name());
            all.put("chosen", one.chosen());
            all.put("why", one.why());
            all.put("status", agent.status().value());
            all.put("slots", agent.vitals().slots());
            all.put("in_flight", agent.inFlight());
            agents.add(all);
        }
        return Map.of(
                "service",
                explanation.service().path(),
                "selector",
                explanation.selector(),
                "verdict",
                explanation.verdict(),
                "agents",
                agents);
    }
}
