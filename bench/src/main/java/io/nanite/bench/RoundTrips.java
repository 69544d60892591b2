package io.nanite.bench;

import com.sun.management.OperatingSystemMXBean;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Round trips through mapper and agent against a hand-written request and reply: same broker, same process, rounds in
 * turn, every answer checked. Prints medians, the ratio of each to the hand-written one, and the processor time that a call
 * costs in this process, which others on the machine disturb least.
 *
 * <p>{@code RoundTrips [--uri amqp://…] [--rounds 5] [--seconds 2] [--windows 1,64,512] [--sizes 100,1024,16384]
 * [--costs all] [--secure all] [--only NAME]}; without a URI it starts an embedded broker. With {@code --costs} it adds to the hand-written
 * one what Nanite does besides, one after the other, to show where the time goes; with {@code --secure} Nanite in the clear
 * is the measure, and signed and encrypted packets are compared with it; with {@code --only} one contender runs alone, for a
 * profiler.
 */
public final class RoundTrips {

    private static final long HIGHEST_MICROS = TimeUnit.SECONDS.toMicros(60);

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** Micros; {@code cpu} is what this process used per call, on both sides of the broker. */
    private record Round(double perSecond, double p50, double p99, double cpu) {}

    private final List<Contender> contenders;
    private final int rounds;
    private final long nanos;

    private RoundTrips(List<Contender> contenders, int rounds, double seconds) {
        this.contenders = contenders;
        this.rounds = rounds;
        this.nanos = (long) (seconds * 1e9);
    }

    /** Runs the benchmark; exits 0, or throws at the first wrong answer. */
    public static void main(String[] args) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        String uri = options.get("--uri");
        EmbeddedBroker broker = null;
        if (uri == null) {
            broker = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory());
            broker.start();
            uri = broker.uri("mapper");
        }
        try {
            run(uri, options, broker != null ? "embedded broker" : uri.replaceAll("://.*@", "://***@"));
        } finally {
            if (broker != null) {
                broker.close();
            }
        }
    }

    private static void run(String uri, Map<String, String> options, String broker) throws Exception {
        List<Contender> contenders = new ArrayList<>();
        try (Members members = new Members(
                Fabric.agentOf("each"),
                Fabric.mapperOf("each"),
                Fabric.agentOf("signed"),
                Fabric.mapperOf("signed"),
                Fabric.agentOf("sessions"),
                Fabric.mapperOf("sessions"))) {
            if (options.containsKey("--secure")) {
                contenders.add(new Fabric(uri, "nanite", true));
                contenders.add(new Fabric(
                        uri, "each signed", "each", true, member -> new EachSigned(members.serializer(member))));
                contenders.add(new Fabric(uri, "packs signed", "signed", true, members::serializer));
                contenders.add(new Fabric(uri, "sessions", "sessions", true, members::withSessions));
            } else {
                addPlain(contenders, uri, options);
            }
            run(contenders, options, broker);
        }
    }

    private static void addPlain(List<Contender> contenders, String uri, Map<String, String> options) throws Exception {
        contenders.add(new HandWritten(uri));
        if (options.containsKey("--costs")) {
            EnumSet<HandWritten.Cost> costs = EnumSet.noneOf(HandWritten.Cost.class);
            for (HandWritten.Cost cost : HandWritten.Cost.values()) {
                costs.add(cost);
                contenders.add(new HandWritten(uri, "+ " + cost.name().toLowerCase(Locale.ROOT), costs));
            }
        }
        contenders.add(new Fabric(uri, "nanite, no packs", false));
        contenders.add(new Fabric(uri, "nanite", true));
    }

    private static void run(List<Contender> contenders, Map<String, String> options, String broker) throws Exception {
        String only = options.get("--only");
        for (Contender contender : List.copyOf(contenders)) {
            if (only != null && !contender.name().equals(only)) {
                contenders.remove(contender);
                contender.close();
            }
        }
        try {
            RoundTrips bench = new RoundTrips(
                    contenders,
                    Integer.parseInt(options.getOrDefault("--rounds", "5")),
                    Double.parseDouble(options.getOrDefault("--seconds", "2")));
            System.out.printf(
                    Locale.ROOT,
                    "%s, Java %s, %d processors%n%-18s %7s %7s %12s %7s %10s %10s %10s%n",
                    broker,
                    Runtime.version().feature(),
                    Runtime.getRuntime().availableProcessors(),
                    "contender",
                    "bytes",
                    "window",
                    "calls/s",
                    "ratio",
                    "p50 µs",
                    "p99 µs",
                    "CPU µs");
            for (int size : numbers(options.getOrDefault("--sizes", "100,1024,16384"))) {
                for (int window : numbers(options.getOrDefault("--windows", "1,64,512"))) {
                    bench.compare(size, window);
                }
            }
        } finally {
            for (Contender contender : contenders) {
                contender.close();
            }
        }
    }

    private static int[] numbers(String list) {
        return Arrays.stream(list.split(",", -1)).mapToInt(Integer::parseInt).toArray();
    }

    private void compare(int size, int window) throws Exception {
        String question = "q".repeat(size);
        List<List<Round>> results = new ArrayList<>();
        for (Contender contender : contenders) {
            results.add(new ArrayList<>());
            round(contender, question, window, nanos / 2); // warm up
        }
        for (int i = 0; i < rounds; i++) {
            for (int c = 0; c < contenders.size(); c++) {
                results.get(c).add(round(contenders.get(c), question, window, nanos));
            }
        }
        double limit = median(results.get(0), Round::perSecond);
        for (int c = 0; c < contenders.size(); c++) {
            double rate = median(results.get(c), Round::perSecond);
            System.out.printf(
                    Locale.ROOT,
                    "%-18s %7d %7d %,12.0f %7.2f %10.0f %10.0f %10.1f%n",
                    contenders.get(c).name(),
                    size,
                    window,
                    rate,
                    rate / limit,
                    median(results.get(c), Round::p50),
                    median(results.get(c), Round::p99),
                    median(results.get(c), Round::cpu));
        }
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static Round round(Contender contender, String question, int window, long nanos) throws Exception {
        return window == 1 ? alone(contender, question, nanos) : together(contender, question, window, nanos);
    }

    private static Round alone(Contender contender, String question, long nanos) throws Exception {
        Histogram times = new Histogram(HIGHEST_MICROS, 3);
        long cpu = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        long now = start;
        while (now - start < nanos) {
            check(question, contender.ask(question));
            long then = System.nanoTime();
            times.recordValue(Math.min(HIGHEST_MICROS, (then - now) / 1_000));
            now = then;
        }
        return round(times, now - start, cpu);
    }

    /** Each answer asks the next question, so that as many are on their way as the window says. */
    private static Round together(Contender contender, String question, int window, long nanos)
            throws InterruptedException {
        Histogram times = new ConcurrentHistogram(HIGHEST_MICROS, 3);
        Semaphore ended = new Semaphore(0);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        long cpu = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        Caller caller = new Caller(contender, question, start + nanos, times, ended, failure);
        for (int i = 0; i < window; i++) {
            caller.ask();
        }
        if (!ended.tryAcquire(window, TimeUnit.NANOSECONDS.toSeconds(nanos) + 60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "%s: %d of %d callers ended".formatted(contender.name(), ended.availablePermits(), window));
        }
        Throwable error = failure.get();
        if (error != null) {
            throw new IllegalStateException(contender.name(), error);
        }
        return round(times, System.nanoTime() - start, cpu);
    }

    private record Caller(
            Contender contender,
            String question,
            long until,
            Histogram times,
            Semaphore ended,
            AtomicReference<@Nullable Throwable> failure) {

        void ask() {
            long asked = System.nanoTime();
            contender.ask(question, (answer, error) -> {
                long now = System.nanoTime();
                if (error != null || answer == null) {
                    failure.compareAndSet(null, error == null ? new IllegalStateException("no answer") : error);
                    ended.release();
                    return;
                }
                times.recordValue(Math.min(HIGHEST_MICROS, (now - asked) / 1_000));
                if (!answer.equals(question)) {
                    failure.compareAndSet(null, new IllegalStateException("wrong answer: " + answer.length()));
                }
                if (now < until) {
                    ask();
                } else {
                    ended.release();
                }
            });
        }
    }

    private static void check(String question, String answer) {
        if (!question.equals(answer)) {
            throw new IllegalStateException(
                    "answer of %d characters (expected: the %d asked)".formatted(answer.length(), question.length()));
        }
    }

    private static Round round(Histogram times, long nanos, long cpuBefore) {
        long calls = times.getTotalCount();
        return new Round(
                calls * 1e9 / nanos,
                times.getValueAtPercentile(50),
                times.getValueAtPercentile(99),
                (SYSTEM.getProcessCpuTime() - cpuBefore) / 1e3 / calls);
    }
}
