package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.mapper.AgentView;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what changes about a service. */
@Command(
        name = "watch",
        description = "Shows who offers a service and how loaded he is, a line for each change, until Ctrl-C.",
        footer = {"", "Such as:", "  watch /simple/echo", "  watch /simple/echo --every 5s --times 3"})
final class WatchCommand extends ConsoleCommand {

    @Parameters(index = "0", paramLabel = "SERVICE", description = "such as /simple/echo")
    String service = "";

    @Option(names = "--every", paramLabel = "TIME", description = "how often to look (default: 1s)")
    Duration every = Duration.ofSeconds(1);

    @Option(names = "--times", paramLabel = "COUNT", description = "look so often (default: until Ctrl-C)")
    int times;

    private final Map<String, Map<String, @Nullable Object>> before = new TreeMap<>();

    @Override
    ExitCode run(Session session) throws InterruptedException {
        Service wanted = wanted();
        CountDownLatch never = new CountDownLatch(1);
        for (int look = 1; !session.interpreter().ended(); look++) {
            look(session, wanted);
            if (look == times || never.await(every.toNanos(), TimeUnit.NANOSECONDS)) {
                break;
            }
        }
        return ExitCode.OK;
    }

    private Service wanted() {
        if (every.isZero() || every.isNegative()) {
            throw ConfigException.of("--every", every, "more than 0");
        }
        try {
            return Service.parse(service);
        } catch (IllegalArgumentException e) {
            throw ConfigException.of("SERVICE", Printable.of(service), "a path such as /simple/echo");
        }
    }

    private void look(Session session, Service wanted) {
        Map<String, Map<String, @Nullable Object>> now = new TreeMap<>();
        for (AgentView agent : session.mapper().agents()) {
            if (agent.services().contains(wanted)) {
                now.put(agent.identity().name(), state(agent));
            }
        }
        if (now.isEmpty() && before.isEmpty()) {
            return;
        }
        for (Map.Entry<String, Map<String, @Nullable Object>> entry : now.entrySet()) {
            String agent = entry.getKey();
            if (!entry.getValue().equals(before.get(agent))) {
                tell(session, agent, before.containsKey(agent) ? "is" : "came", entry.getValue());
            }
        }
        for (String agent : before.keySet()) {
            if (!now.containsKey(agent)) {
                tell(session, agent, "left", Map.of());
            }
        }
        before.clear();
        before.putAll(now);
    }

    private static Map<String, @Nullable Object> state(AgentView agent) {
        Map<String, @Nullable Object> state = new LinkedHashMap<>();
        state.put("status", agent.status().value());
        state.put("busy", agent.vitals().busy());
        state.put("slots", agent.vitals().slots());
        state.put("in_flight", agent.inFlight());
        return state;
    }

    private void tell(Session session, String agent, String what, Map<String, @Nullable Object> state) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("at", session.time().now().toString());
        all.put("agent", agent);
        all.put("event", what);
        all.putAll(state);
        print(all, () -> out().println(
                        state.isEmpty()
                                ? "%s left".formatted(agent)
                                : "%s %s: status %s, busy %s/%s, in flight %s"
                                        .formatted(
                                                agent,
                                                what.equals("is") ? "now" : what,
                                                plain(String.valueOf(state.get("status"))),
                                                state.get("busy"),
                                                state.get("slots"),
                                                state.get("in_flight"))));
    }
}
