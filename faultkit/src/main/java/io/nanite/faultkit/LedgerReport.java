package io.nanite.faultkit;

import io.nanite.faultkit.Ledger.Entry;
import io.nanite.faultkit.Ledger.Event;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What became of all jobs.
 *
 * @param submitted how many were given away
 * @param completed how many of them their callers had an answer to
 * @param callerDied how many nobody waited for any more, because the caller was killed first
 * @param failed whose callers were told that they failed: no silence, but no work either; the token and how
 * @param lost that nobody finished although the caller was told that all is well, or nothing
 * @param unanswered whose callers live and were told nothing
 * @param completedTwice whose callers were told twice
 * @param executedTwice that were begun more than once, whether the first came to its end or not
 * @param recoveries what each fault cost, in order
 */
public record LedgerReport(
        int submitted,
        int completed,
        int callerDied,
        List<String> failed,
        List<String> lost,
        List<String> unanswered,
        List<String> completedTwice,
        List<String> executedTwice,
        List<Recovery> recoveries) {

    private static final int NAMED = 5;
    private static final double MEDIAN = 0.5;
    private static final double MOST = 0.99;

    public LedgerReport {
        failed = List.copyOf(failed);
        lost = List.copyOf(lost);
        unanswered = List.copyOf(unanswered);
        completedTwice = List.copyOf(completedTwice);
        executedTwice = List.copyOf(executedTwice);
        recoveries = List.copyOf(recoveries);
    }

    /**
     * What a fault cost.
     *
     * @param fault its name
     * @param firstAnswer from the fault to the first answer to a job that was submitted after it; null if there was none
     * @param allAnswered from the fault to the answer to the last of those that were open when it came; null if none was
     */
    public record Recovery(
            String fault,
            @Nullable Duration firstAnswer,
            @Nullable Duration allAnswered) {}

    /** Reads everything that was written into this folder. */
    public static LedgerReport of(Path folder) {
        return new Reading().of(folder);
    }

    /** Whether nothing is lost, nobody waits, and nobody was told twice. */
    public boolean isKept() {
        return lost.isEmpty() && unanswered.isEmpty() && completedTwice.isEmpty();
    }

    /** How much of the work was done more than once, from 0 to 1. */
    public double executedTwiceShare() {
        return submitted == 0 ? 0 : (double) executedTwice.size() / submitted;
    }

    /** The longest that it took until everything that was open at a fault was answered; zero without faults. */
    public Duration slowestRecovery() {
        return recovery(1);
    }

    /** In so long everything that was open was answered, at this share of the faults, from 0 to 1; zero without faults. */
    public Duration recovery(double share) {
        return ranked(recoveries, Recovery::allAnswered, share).orElse(Duration.ZERO);
    }

    /** The smallest that is at least as large as this share of them; empty if there is none. */
    private static Optional<Duration> ranked(
            List<Recovery> recoveries, Function<Recovery, @Nullable Duration> cost, double share) {
        List<Duration> costs = new ArrayList<>();
        for (Recovery recovery : recoveries) {
            Duration took = cost.apply(recovery);
            if (took != null) {
                costs.add(took);
            }
        }
        Collections.sort(costs);
        int rank = (int) Math.ceil(share * costs.size());
        return costs.isEmpty() ? Optional.empty() : Optional.of(costs.get(Math.max(0, rank - 1)));
    }

    /** For people: one line for each figure, then one for each kind of fault. */
    public String table() {
        StringBuilder table = new StringBuilder();
        row(table, "submitted", submitted, List.of());
        row(table, "completed", completed, List.of());
        row(table, "caller died", callerDied, List.of());
        row(table, "failed", failed.size(), failed);
        row(table, "lost", lost.size(), lost);
        row(table, "unanswered", unanswered.size(), unanswered);
        row(table, "completed twice", completedTwice.size(), completedTwice);
        table.append(
                "%-16s%9d  %.3f %%%n".formatted("executed twice", executedTwice.size(), executedTwiceShare() * 100));
        if (!recoveries.isEmpty()) {
            table.append("%-34s%6s  %-24s%s%n"
                    .formatted("fault", "times", "first answer to a new", "all that waited answered"));
            table.append("%-34s%6s%12s%12s%12s%12s%12s%n"
                    .formatted("", "", "median", "slowest", "median", "99 %", "slowest"));
            Map<String, List<Recovery>> kinds = new LinkedHashMap<>();
            recoveries.forEach(recovery -> kinds.computeIfAbsent(recovery.fault(), fault -> new ArrayList<>())
                    .add(recovery));
            kinds.forEach((fault, cost) -> table.append(row(fault, cost)));
            table.append(row("all", recoveries));
        }
        return table.toString();
    }

    private static String row(String name, List<Recovery> cost) {
        return "%-34s%6d%12s%12s%12s%12s%12s%n"
                .formatted(
                        name,
                        cost.size(),
                        seconds(ranked(cost, Recovery::firstAnswer, MEDIAN)),
                        seconds(ranked(cost, Recovery::firstAnswer, 1)),
                        seconds(ranked(cost, Recovery::allAnswered, MEDIAN)),
                        seconds(ranked(cost, Recovery::allAnswered, MOST)),
                        seconds(ranked(cost, Recovery::allAnswered, 1)));
    }

    private static void row(StringBuilder table, String name, int count, List<String> tokens) {
        table.append("%-16s%9d%s%n"
                .formatted(name, count, tokens.isEmpty() ? "" : "  " + tokens.subList(0, Math.min(NAMED, count))));
    }

    private static String seconds(Optional<Duration> duration) {
        return duration.map(one -> "%.2f s".formatted(one.toMillis() / 1_000.0)).orElse("-");
    }

    /** All that is known of one job. */
    private static final class Life {

        private boolean submitted;
        private boolean callerDied;
        private int started;
        private int finished;
        private int completed;
        private @Nullable String outcome;
        private long submittedAt;
        private long completedAt;
    }

    private record Breakage(String name, long at) {}

    /** The reading of one folder. */
    private static final class Reading {

        private final Map<String, Life> lives = new HashMap<>();
        private final Set<String> dead = new HashSet<>();
        private final List<Breakage> faults = new ArrayList<>();

        LedgerReport of(Path folder) {
            Ledger.read(
                    folder,
                    book -> book.forEach(entry -> {
                        if (entry.event() == Event.DIED) {
                            dead.add(entry.token());
                        } else if (entry.event() == Event.FAULT) {
                            faults.add(new Breakage(entry.token(), entry.nanos()));
                        }
                    }));
            Ledger.read(folder, book -> {
                boolean died = dead.contains(book.writer());
                book.forEach(entry -> take(entry, died));
            });
            return report();
        }

        private void take(Entry entry, boolean died) {
            if (entry.event() == Event.DIED || entry.event() == Event.FAULT) {
                return;
            }
            Life life = lives.computeIfAbsent(entry.token(), unused -> new Life());
            switch (entry.event()) {
                case SUBMITTED -> {
                    life.submitted = true;
                    life.callerDied = died;
                    life.submittedAt = entry.nanos();
                }
                case STARTED -> life.started++;
                case FINISHED -> life.finished++;
                case COMPLETED -> {
                    life.completed++;
                    life.outcome = entry.note();
                    life.completedAt = entry.nanos();
                }
                case DIED, FAULT -> {}
            }
        }

        private LedgerReport report() {
            int submitted = 0;
            int completed = 0;
            int callerDied = 0;
            List<String> failed = new ArrayList<>();
            List<String> lost = new ArrayList<>();
            List<String> unanswered = new ArrayList<>();
            List<String> completedTwice = new ArrayList<>();
            List<String> executedTwice = new ArrayList<>();
            for (Map.Entry<String, Life> each : lives.entrySet()) {
                String token = each.getKey();
                Life life = each.getValue();
                submitted += life.submitted ? 1 : 0;
                completed += life.completed > 0 ? 1 : 0;
                boolean nobodyWaits = life.completed == 0 && life.callerDied;
                callerDied += nobodyWaits ? 1 : 0;
                boolean told = life.outcome != null && !life.outcome.equals(Ledger.OK);
                if (told) {
                    failed.add(token + ": " + life.outcome);
                }
                if (life.finished == 0 && !told && !nobodyWaits) {
                    lost.add(token);
                }
                if (life.completed == 0 && !life.callerDied) {
                    unanswered.add(token);
                }
                if (life.completed > 1) {
                    completedTwice.add(token);
                }
                if (life.started > 1) {
                    executedTwice.add(token);
                }
            }
            Answers answers = new Answers(lives.values());
            return new LedgerReport(
                    submitted,
                    completed,
                    callerDied,
                    failed,
                    lost,
                    unanswered,
                    completedTwice,
                    executedTwice,
                    faults.stream().map(answers::recovery).toList());
        }
    }

    /**
     * When jobs were answered, in the order in which they were submitted: to ask for what a fault cost takes no look at all
     * of them.
     */
    private static final class Answers {

        private final long[] submitted;

        /** When the last of those up to this one was answered. */
        private final long[] lastBefore;

        /** When the first of those from this one on was answered. */
        private final long[] firstFrom;

        Answers(Collection<Life> lives) {
            List<Life> answered = lives.stream()
                    .filter(life -> life.submitted && life.completed > 0)
                    .sorted(Comparator.comparingLong(life -> life.submittedAt))
                    .toList();
            submitted = answered.stream().mapToLong(life -> life.submittedAt).toArray();
            lastBefore = answered.stream().mapToLong(life -> life.completedAt).toArray();
            firstFrom = lastBefore.clone();
            for (int i = 1; i < submitted.length; i++) {
                lastBefore[i] = Math.max(lastBefore[i], lastBefore[i - 1]);
            }
            for (int i = submitted.length - 2; i >= 0; i--) {
                firstFrom[i] = Math.min(firstFrom[i], firstFrom[i + 1]);
            }
        }

        Recovery recovery(Breakage fault) {
            int found = Arrays.binarySearch(submitted, fault.at());
            int after = found < 0 ? -found - 1 : found;
            return new Recovery(
                    fault.name(),
                    after == submitted.length ? null : Duration.ofNanos(firstFrom[after] - fault.at()),
                    after == 0 || lastBefore[after - 1] < fault.at()
                            ? null
                            : Duration.ofNanos(lastBefore[after - 1] - fault.at()));
        }
    }
}
