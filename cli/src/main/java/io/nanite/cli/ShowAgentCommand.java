package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.Mapper;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows one agent. */
@Command(
        name = "agent",
        description = "Shows all that is known of one agent.",
        footer = {"", "Such as:", "  agent fred"})
final class ShowAgentCommand extends ConsoleCommand {

    private static final Duration MOST = Duration.ofSeconds(2);

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "AGENT",
            description = "its name (in the console of an agent: that one)")
    @Nullable
    String agent;

    @Override
    ExitCode run(Session session) throws InterruptedException {
        Identity name = agent == null ? session.self() : Names.agent("AGENT", agent);
        if (name == null) {
            throw ConfigException.of("AGENT", "nothing", "the name of an agent; agents shows them");
        }
        Mapper mapper = session.mapper();
        AgentView view = find(mapper, name);
        Duration patience = session.lend().patience(MOST);
        if (view == null && !patience.isZero()) {
            Loan.hear(mapper, Duration.ofMillis(250), patience);
            view = find(mapper, name);
        }
        if (view == null) {
            common.err().println("agent: %s (expected: one that is alive; agents shows them)".formatted(name.name()));
            return ExitCode.NO_AGENT;
        }
        AgentView found = view;
        print(everything(found), () -> print(found));
        return ExitCode.OK;
    }

    private static @Nullable AgentView find(Mapper mapper, Identity name) {
        return mapper.agents().stream()
                .filter(agent -> agent.identity().equals(name))
                .findFirst()
                .orElse(null);
    }

    private void print(AgentView agent) {
        everything(agent).forEach((key, value) -> {
            if (value instanceof Iterable<?> several) {
                out().println(line(key, ""));
                several.forEach(one -> out().println("  " + plain(String.valueOf(one))));
            } else {
                out().println(line(key, plain(String.valueOf(value))));
            }
        });
    }

    private static String line(String key, String value) {
        return String.format(Locale.ROOT, "%-12s %s", key.replace('_', ' '), value)
                .stripTrailing();
    }

    private static Map<String, @Nullable Object> everything(AgentView agent) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("agent", agent.identity().name());
        all.put("status", agent.status().value());
        all.put("slots", agent.vitals().slots());
        all.put("busy", agent.vitals().busy());
        all.put("in_flight", agent.inFlight());
        all.put("silent_for", readable(agent.silentFor()));
        all.put("version", agent.vitals().version());
        all.put("tags", agent.tags().stream().sorted().collect(Collectors.toList()));
        all.put(
                "services",
                agent.services().stream().map(Service::path).sorted().toList());
        return all;
    }
}
