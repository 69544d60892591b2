package io.nanite.bench;

import io.nanite.agent.AgentConfig.Ack;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the promise costs: persistent pushes, confirmed, done and acked, against RabbitMQ's own load generator with persistent
 * messages, confirms and manual acks. Same broker, same client library, in turn; messages received or jobs done in a second.
 *
 * <p>{@code Promise --uri amqp://… [--rounds 3] [--seconds 2] [--sizes 100,1024] [--unconfirmed 512]}. The load generator is a
 * process of its own. The seconds in which anybody warms up do not count. Takes about two minutes.
 */
public final class Promise {

    /** What the load generator says every second. */
    private static final Pattern SECOND = Pattern.compile("time (\\d+)[.,]\\d+ s.*received: (\\d+) msg/s");

    private static final int WARM_UP_SECONDS = 2;

    /** As many as an agent takes ahead by default. */
    private static final int PREFETCH = 64;

    private final String uri;
    private final int rounds;
    private final int seconds;
    private final int unconfirmed;

    private Promise(String uri, Map<String, String> options) {
        this.uri = uri;
        rounds = number(options, "--rounds", 3);
        seconds = number(options, "--seconds", 2);
        unconfirmed = number(options, "--unconfirmed", 512);
    }

    private static int number(Map<String, String> options, String name, int otherwise) {
        return Integer.parseInt(options.getOrDefault(name, Integer.toString(otherwise)));
    }

    /** Runs the benchmark; exits 0, or throws if a push fails. */
    public static void main(String[] args) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        String uri = options.get("--uri");
        if (uri == null) {
            throw new IllegalArgumentException("--uri: missing (expected: the address of a RabbitMQ)");
        }
        System.out.printf(
                Locale.ROOT,
                "%s, Java %s, %d processors%n%-28s %7s %12s %7s%n",
                uri.replaceAll("://.*@", "://***@"),
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors(),
                "contender",
                "bytes",
                "per second",
                "ratio");
        Promise bench = new Promise(uri, options);
        for (String size : options.getOrDefault("--sizes", "100,1024").split(",", -1)) {
            bench.compare(Integer.parseInt(size));
        }
    }

    private void compare(int size) throws Exception {
        List<Double> generator = new ArrayList<>();
        Map<String, List<Double>> ours = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            generator.add(generator(size));
            for (boolean packing : new boolean[] {false, true}) {
                for (Ack ack : Ack.values()) {
                    String name =
                            "ack %s%s".formatted(ack.name().toLowerCase(Locale.ROOT), packing ? "" : ", no packs");
                    ours.computeIfAbsent(name, unused -> new ArrayList<>()).add(pushes(ack, packing, size));
                }
            }
        }
        double limit = median(generator);
        print("perf-test", size, limit, limit);
        ours.forEach((name, rates) -> print("nanite, " + name, size, median(rates), limit));
    }

    private double pushes(Ack ack, boolean packing, int size) throws InterruptedException {
        try (Pushes pushes = new Pushes(uri, ack.name().toLowerCase(Locale.ROOT), ack, packing)) {
            String load = "x".repeat(size);
            pushes.perSecond(load, unconfirmed, 1_000_000_000L);
            return pushes.perSecond(load, unconfirmed, seconds * 1_000_000_000L);
        }
    }

    private double generator(int size) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.rabbitmq.perf.PerfTest",
                        "--uri",
                        uri,
                        "--queue",
                        "bench-perf-test",
                        "--flag",
                        "persistent",
                        "--confirm",
                        Integer.toString(unconfirmed),
                        "--qos",
                        Integer.toString(PREFETCH),
                        "--size",
                        Integer.toString(size),
                        "--time",
                        Integer.toString(WARM_UP_SECONDS + seconds))
                .redirectErrorStream(true)
                .start();
        List<Double> rates = new ArrayList<>();
        StringBuilder said = new StringBuilder();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.append(line).append('\n');
                Matcher second = SECOND.matcher(line);
                if (second.find() && Integer.parseInt(second.group(1)) > WARM_UP_SECONDS) {
                    rates.add(Double.valueOf(second.group(2)));
                }
            }
        }
        if (process.waitFor() != 0 || rates.isEmpty()) {
            throw new IOException(
                    "perf-test: exit %d (expected: 0, and rates):%n%s".formatted(process.exitValue(), said));
        }
        return median(rates);
    }

    private static double median(List<Double> rates) {
        double[] sorted =
                rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void print(String name, int size, double rate, double limit) {
        System.out.printf(Locale.ROOT, "%-28s %7d %,12.0f %7.2f%n", name, size, rate, rate / limit);
    }
}
