package io.nanite.admin;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperTally;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Measures each second what a mapper does. On a loop of its own, because files may be slow. */
final class Sampler {

    static final Duration EVERY = Duration.ofSeconds(1);

    /** A beat that comes late by so many seconds stands for those that it missed. */
    private static final long MOST_LATE = 2;

    private final Mapper mapper;
    private final ServiceBook book;
    private final History history;
    private final Sparklines sparklines;
    private final BooleanSupplier connected;
    private final Function<String, @Nullable Integer> ready;
    private final Consumer<Answers.Second> told;
    private final TimeSource time;

    private @Nullable MapperTally before;
    private long beforeNanos;
    private long lastSecond; // of the epoch: long ago

    /** {@code ready} is how much lies in a queue, as far as is known; {@code told} gets each second. */
    Sampler(
            Mapper mapper,
            ServiceBook book,
            History history,
            Sparklines sparklines,
            BooleanSupplier connected,
            Function<String, @Nullable Integer> ready,
            Consumer<Answers.Second> told,
            TimeSource time) {
        this.mapper = mapper;
        this.book = book;
        this.history = history;
        this.sparklines = sparklines;
        this.connected = connected;
        this.ready = ready;
        this.told = told;
        this.time = time;
    }

    /** Measures the second that has just ended; nothing while there is no broker. */
    void sample() {
        Instant now = time.now();
        long second = now.getEpochSecond() - 1;
        if (!connected.getAsBoolean()) {
            before = null;
            book.drainLatency();
            return;
        }
        if (second <= lastSecond && lastSecond - second < 60) {
            return; // twice in one second
        }
        List<AgentView> agents = mapper.agents();
        float[] row = row(agents);
        long late = second - lastSecond;
        for (long missed = late <= 1 + MOST_LATE ? lastSecond + 1 : second; missed <= second; missed++) {
            history.put(missed, row);
        }
        lastSecond = second;
        sparklines.look(second, agents);
        Map<String, @Nullable Float> series = new LinkedHashMap<>();
        for (int column = 0; column < row.length; column++) {
            series.put(Series.ALL.get(column).name(), History.number(row[column]));
        }
        told.accept(new Answers.Second(now.truncatedTo(ChronoUnit.MILLIS), second, series));
    }

    private float[] row(List<AgentView> agents) {
        MapperTally tally = mapper.tally();
        long nanos = time.nanos();
        double seconds = (nanos - beforeNanos) / 1e9;
        float[] row = History.gap();
        int column = 0;
        for (Verdict verdict : Verdict.values()) {
            row[column++] = rate(
                    tally.outcomes().getOrDefault(verdict, 0L),
                    before == null ? 0 : before.outcomes().getOrDefault(verdict, 0L),
                    seconds);
        }
        row[column++] = rate(tally.accepted(), before == null ? 0 : before.accepted(), seconds);
        row[column++] = rate(tally.rejected(), before == null ? 0 : before.rejected(), seconds);
        LatencyCounts latency = book.drainLatency();
        for (double percent : new double[] {50, 95, 99}) {
            row[column++] = orGap(latency.percentile(percent));
        }
        double[] loads = agents.stream()
                .mapToDouble(agent -> agent.status().load())
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        for (int which : new int[] {0, loads.length / 2, loads.length - 1}) {
            row[column++] = loads.length == 0 ? Float.NaN : (float) loads[which];
        }
        row[column++] = tally.agents();
        row[column++] = tally.suspects();
        row[column++] = tally.pending();
        for (String queue : Series.QUEUES) {
            row[column++] = orGap(ready.apply(queue));
        }
        before = tally;
        beforeNanos = nanos;
        return row;
    }

    private float rate(long now, long earlier, double seconds) {
        return before == null || seconds <= 0 ? Float.NaN : (float) ((now - earlier) / seconds);
    }

    private static float orGap(@Nullable Number value) {
        return value == null ? Float.NaN : value.floatValue();
    }
}
