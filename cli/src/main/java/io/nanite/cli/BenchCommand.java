package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.NaniteException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Service;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Outcomes;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks many times, and says how long the answers took. */
@Command(
        name = "bench",
        description = "Asks a service many times, so many at once, and shows how long the answers took.",
        footer = {
            "",
            "Such as:",
            "  bench /simple/echo hello -n 10000 -c 64",
            "  bench /simple/echo --selector rr --timeout 5s",
        })
final class BenchCommand extends CallCommand {

    private static final int WIDTH = 40;

    @Option(
            names = {"-n", "--requests"},
            paramLabel = "COUNT",
            description = "how many requests (default: 1000)")
    int requests = 1000;

    @Option(
            names = {"-c", "--concurrency"},
            paramLabel = "COUNT",
            description = "how many wait for answers at once (default: 16)")
    int concurrency = 16;

    private final TimeSource time = TimeSource.system();
    private final Histogram latencies = new SynchronizedHistogram(3);
    private final Map<String, LongAdder> ends = new ConcurrentSkipListMap<>();

    @Override
    int call(Loan loan, Service service, @Nullable Object payload, CallOptions options) throws InterruptedException {
        if (requests < 1) {
            throw ConfigException.of("--requests", requests, "at least 1");
        }
        if (concurrency < 1) {
            throw ConfigException.of("--concurrency", concurrency, "at least 1");
        }
        Semaphore turns = new Semaphore(concurrency);
        Set<Job> open = ConcurrentHashMap.newKeySet();
        long began = time.nanos();
        boolean finished = false;
        try {
            for (int i = 0; i < requests; i++) {
                turns.acquire();
                long asked = time.nanos();
                Job job = loan.mapper().request(service, payload, options);
                open.add(job);
                var unused = job.outcomes().whenComplete((outcomes, error) -> {
                    latencies.recordValue(Math.max(1, time.nanos() - asked));
                    ends.computeIfAbsent(end(outcomes, error), key -> new LongAdder())
                            .increment();
                    open.remove(job);
                    turns.release();
                });
            }
            turns.acquire(concurrency);
            finished = true;
        } finally {
            if (!finished) {
                open.forEach(Job::cancel);
            }
            report(time.nanos() - began);
        }
        boolean ok = ends.keySet().equals(Set.of("OK"));
        return (ok ? ExitCode.OK : ExitCode.FAILED).code();
    }

    private static String end(@Nullable Outcomes outcomes, @Nullable Throwable error) {
        if (outcomes == null) {
            Throwable cause = error == null || error.getCause() == null ? error : error.getCause();
            return cause instanceof NaniteException
                    ? cause.getClass().getSimpleName().replace("Exception", "")
                    : String.valueOf(cause);
        }
        return outcomes.all().stream()
                .filter(outcome -> !outcome.ok())
                .findFirst()
                .map(Outcome::verdict)
                .map(Enum::name)
                .orElse("OK");
    }

    private void report(long nanos) {
        Histogram all = latencies.copy();
        long count = all.getTotalCount();
        double rate = count / (nanos / 1e9);
        if (json) {
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("requests", count);
            report.put("seconds", nanos / 1e9);
            report.put("per_second", rate);
            report.put("outcomes", ends);
            report.put("mean_ms", all.getMean() / 1e6);
            for (double percentile : new double[] {50, 90, 99, 99.9}) {
                report.put("p" + name(percentile) + "_ms", all.getValueAtPercentile(percentile) / 1e6);
            }
            report.put("max_ms", all.getMaxValue() / 1e6);
            common.out().println(Json.line(report));
            return;
        }
        common.out()
                .println(String.format(
                        Locale.ROOT, "%d requests in %.2f s: %.0f/s; %s", count, nanos / 1e9, rate, words()));
        common.out()
                .println(String.format(
                        Locale.ROOT,
                        "ms: mean %.2f, p50 %.2f, p90 %.2f, p99 %.2f, p99.9 %.2f, max %.2f",
                        all.getMean() / 1e6,
                        all.getValueAtPercentile(50) / 1e6,
                        all.getValueAtPercentile(90) / 1e6,
                        all.getValueAtPercentile(99) / 1e6,
                        all.getValueAtPercentile(99.9) / 1e6,
                        all.getMaxValue() / 1e6));
        bars(all, count);
    }

    private static String name(double percentile) {
        return percentile == Math.rint(percentile)
                ? Long.toString(Math.round(percentile))
                : Double.toString(percentile).replace('.', '_');
    }

    private String words() {
        StringBuilder words = new StringBuilder();
        ends.forEach((end, times) -> words.append(words.length() == 0 ? "" : ", ")
                .append(times.sum())
                .append(' ')
                .append(end));
        return words.length() == 0 ? "none answered" : words.toString();
    }

    /** A bar for each doubling of the time. */
    private void bars(Histogram all, long count) {
        if (count == 0) {
            return;
        }
        long from = 0;
        long to = Math.max(1, Long.highestOneBit(all.getMinValue())) * 2;
        while (from <= all.getMaxValue()) {
            long in = all.getCountBetweenValues(from, to - 1);
            String bar = "#".repeat((int) Math.ceil((double) in * WIDTH / count));
            common.out()
                    .println(String.format(Locale.ROOT, "%10.3f ms  %8d  %s", to / 1e6, in, bar)
                            .stripTrailing());
            from = to;
            to *= 2;
        }
    }
}
