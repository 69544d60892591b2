package io.nanite.cli;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Token;
import io.nanite.mapper.Incident;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells the story of a request. */
@Command(
        name = "why",
        description = "Tells what happened to a request of this console, in the order in which it did.",
        footer = {"", "Such as:", "  why 3fa9", "  why"})
final class WhyCommand extends ConsoleCommand {

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TOKEN",
            description = "of the request, or how it begins (none: the last one)")
    @Nullable
    String token;

    @Override
    ExitCode run(Session session) {
        List<ConsoleJobs.Entry> jobs = session.jobs().all();
        if (token == null && jobs.isEmpty()) {
            out().println("no requests so far");
            return ExitCode.OK;
        }
        Token wanted = token == null
                ? jobs.get(jobs.size() - 1).token()
                : session.jobs().named(token).token();
        List<Incident> story = session.mapper().why(wanted);
        print(
                Map.of(
                        "token",
                        wanted.value(),
                        "incidents",
                        story.stream().map(WhyCommand::everything).toList()),
                () -> {
                    out().println(wanted);
                    Instant began =
                            story.isEmpty() ? Instant.EPOCH : story.get(0).at();
                    story.forEach(incident -> out().println("  %10s  %s"
                            .formatted(
                                    "+" + readable(Duration.between(began, incident.at())), plain(incident.words()))));
                });
        return ExitCode.OK;
    }

    private static Map<String, @Nullable Object> everything(Incident incident) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        Identity agent = incident.agent();
        all.put("at", incident.at().toString());
        all.put("kind", incident.kind().name());
        all.put("agent", agent == null ? null : agent.name());
        all.put("detail", incident.detail());
        return all;
    }
}
