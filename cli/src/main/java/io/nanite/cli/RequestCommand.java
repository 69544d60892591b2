package io.nanite.cli;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.Outcomes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Asks, waits, and prints the answers. */
@Command(
        name = "request",
        description =
                "Asks agents for an answer and prints it: one JSON object, a member per agent. Failures go to the "
                        + "standard error, and the exit code is 1.")
final class RequestCommand extends CallCommand {

    @Override
    int call(Mapper mapper, Service service, @Nullable Object payload, CallOptions options)
            throws InterruptedException {
        Job job = mapper.request(service, payload, options);
        Outcomes outcomes = job.await();
        if (json) {
            common.out().println(Json.line(everything(job, outcomes)));
        } else {
            if (!outcomes.values().isEmpty()) {
                common.out().println(Json.line(outcomes.values()));
            }
            outcomes.byAgent().forEach(this::complain);
        }
        return (outcomes.ok() ? ExitCode.OK : ExitCode.FAILED).code();
    }

    private void complain(Identity agent, Outcome outcome) {
        if (outcome instanceof Outcome.Failure failure) {
            common.err()
                    .printf(
                            "%s: %s: %s: %s%n",
                            agent.name(),
                            failure.verdict(),
                            Printable.of(failure.kind()),
                            Printable.of(failure.message()));
        }
    }

    private static Map<String, Object> everything(Job job, Outcomes outcomes) {
        Map<String, Object> byAgent = new LinkedHashMap<>();
        outcomes.byAgent().forEach((agent, outcome) -> byAgent.put(agent.name(), everything(outcome)));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("token", job.token().value());
        all.put("outcomes", byAgent);
        return all;
    }

    private static Map<String, @Nullable Object> everything(Outcome outcome) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("verdict", outcome.verdict().name());
        if (outcome instanceof Outcome.Success success) {
            all.put("value", success.payload().value());
        } else if (outcome instanceof Outcome.Failure failure) {
            all.put("kind", failure.kind());
            all.put("message", failure.message());
        }
        return all;
    }
}
