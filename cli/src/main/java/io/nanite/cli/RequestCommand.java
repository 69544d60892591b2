package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Outcomes;
import io.nanite.mapper.Progress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks, waits, and prints the answers. */
@Command(
        name = "request",
        description =
                "Asks agents for an answer and prints it: one JSON object, a member per agent. Failures go to the "
                        + "standard error, and the exit code is 1; so does what agents tell while they work.",
        footer = {
            "",
            "Such as:",
            "  request /simple/echo hello",
            "  request /simple/echo \"hello all\" --selector all",
            "  request /img/size '{\"w\":3}' --tag gpu --timeout 5s",
        })
final class RequestCommand extends CallCommand {

    @Option(
            names = "--min-replies",
            paramLabel = "COUNT",
            description = "of several agents, so many replies are enough (default: all)")
    int minReplies;

    @Option(
            names = "--batch",
            paramLabel = "COUNT",
            description = "of several agents, ask so many at a time (default: all at once)")
    int batch;

    /** The actor that is asked may ask others, and this may be the only mapper. */
    @Override
    boolean servesAgents() {
        return true;
    }

    @Override
    int call(Loan loan, Service service, @Nullable Object payload, CallOptions options) throws InterruptedException {
        if (minReplies < 0) {
            throw ConfigException.of("--min-replies", minReplies, "at least 1, or 0 for all");
        }
        if (batch < 0) {
            throw ConfigException.of("--batch", batch, "at least 1, or 0 for all at once");
        }
        Job job = loan.mapper()
                .request(service, payload, options.withMinReplies(minReplies).withBatch(batch))
                .onProgress(this::tell);
        return loan.follow(service, job, outcomes -> print(job, outcomes));
    }

    private int print(Job job, Outcomes outcomes) {
        if (json) {
            common.out().println(Json.line(everything(job, outcomes)));
        } else {
            if (!outcomes.values().isEmpty()) {
                common.out().println(Json.line(outcomes.values()));
            }
            outcomes.byAgent().forEach(this::complain);
        }
        return (outcomes.all().stream().allMatch(this::isWanted) ? ExitCode.OK : ExitCode.FAILED).code();
    }

    /** News go to the standard error: what is printed is one answer. */
    private void tell(Progress news) {
        common.err()
                .printf(
                        "%s: %s: %s%n",
                        news.agent().name(),
                        Printable.of(news.key()),
                        Json.line(news.value().value()));
        common.err().flush();
    }

    /** Whom nobody waited for, because enough others replied, has not failed. */
    private boolean isWanted(Outcome outcome) {
        return outcome.ok() || (minReplies > 0 && outcome.verdict() == Verdict.CANCELLED);
    }

    private void complain(Identity agent, Outcome outcome) {
        if (outcome instanceof Outcome.Failure failure && !isWanted(outcome)) {
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
