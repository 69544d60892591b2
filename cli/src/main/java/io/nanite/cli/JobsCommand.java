package io.nanite.cli;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Outcome;
import io.nanite.mapper.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the requests of this console. */
@Command(
        name = "jobs",
        description = "Shows the requests of this console that wait for answers.",
        footer = {"", "Such as:", "  jobs", "  jobs --all"})
final class JobsCommand extends ConsoleCommand {

    @Option(names = "--all", negatable = true, fallbackValue = "true", description = "those too that have ended")
    boolean all;

    @Override
    ExitCode run(Session session) throws InterruptedException {
        List<ConsoleJobs.Entry> entries = session.jobs().all().stream()
                .filter(entry -> all || !entry.job().isDone())
                .toList();
        List<Map<String, Object>> lines = new ArrayList<>();
        for (ConsoleJobs.Entry entry : entries) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("token", entry.token().value());
            line.put("service", entry.service().path());
            line.put("since", entry.since().toString());
            line.put("state", state(entry.job()));
            line.put("news", entry.job().progress().size());
            lines.add(line);
        }
        print(lines, () -> {
            if (entries.isEmpty()) {
                out().println(all ? "no requests so far" : "no requests wait for answers; jobs --all shows the others");
            }
            for (int i = 0; i < entries.size(); i++) {
                Duration age =
                        Duration.between(entries.get(i).since(), session.time().now());
                out().println("%s  %s  %s ago  %s"
                        .formatted(
                                entries.get(i).token(),
                                entries.get(i).service().path(),
                                readable(age),
                                lines.get(i).get("state")));
            }
        });
        return ExitCode.OK;
    }

    /** How it stands, in words: {@code open}, or the verdicts with their numbers. */
    private static String state(Job job) throws InterruptedException {
        if (!job.isDone()) {
            return "open";
        }
        try {
            return job.await().all().stream()
                    .collect(Collectors.groupingBy(Outcome::verdict, TreeMap::new, Collectors.counting()))
                    .entrySet()
                    .stream()
                    .map(verdict -> verdict.getValue() + " " + verdict.getKey())
                    .collect(Collectors.joining(", "));
        } catch (NaniteException e) {
            return plain(e.getMessage());
        }
    }
}
