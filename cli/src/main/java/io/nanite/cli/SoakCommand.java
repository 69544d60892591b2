package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.core.ConfigException;
import io.nanite.core.loop.TimeSource;
import io.nanite.faultkit.LedgerReport;
import io.nanite.faultkit.rabbit.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Holds the promise against everything that breaks, for as long as one likes. */
@Command(
        name = "soak",
        description = "Gives agents work while it kills, stops and cuts off agents, mappers and links, and writes down "
                + "what becomes of every job. Ends with 0 only if nothing was lost, nobody waits for an answer, and nobody "
                + "got two. It breaks only what it started: a RabbitMQ that was there before is left alone.")
final class SoakCommand implements Callable<Integer> {

    /** How long the last jobs may take when everything is given away and nothing more is broken. */
    private static final Duration LAST_JOBS = Duration.ofSeconds(60);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration REPORT = Duration.ofSeconds(5);

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = "--jobs", paramLabel = "COUNT", description = "how many are given away (default: 1000000)")
    int jobs = 1_000_000;

    @Option(names = "--agents", paramLabel = "COUNT", description = "how many agents there are (default: 8)")
    int agents = 8;

    @Option(names = "--mappers", paramLabel = "COUNT", description = "how many mappers there are (default: 2)")
    int mappers = 2;

    @Option(
            names = "--fault-every",
            paramLabel = "RANGE",
            description = "the time between two faults, at random from a range (default: 2s-10s)")
    String faultEvery = "2s-10s";

    @Option(
            names = "--minutes",
            paramLabel = "COUNT",
            description = "give nothing more away after so long; 0 for no limit (default: 0)")
    int minutes;

    @Option(
            names = "--window",
            paramLabel = "COUNT",
            description = "jobs that are open at once, per mapper (default: 128)")
    int window = 128;

    @Option(names = "--work", paramLabel = "TIME", description = "what a slow job takes on average (default: 20ms)")
    Duration work = Duration.ofMillis(20);

    @Option(names = "--slots", paramLabel = "COUNT", description = "jobs that an agent runs at once (default: 16)")
    int slots = 16;

    @Option(
            names = "--embedded",
            negatable = true,
            fallbackValue = "true",
            description = "at an embedded broker of its own")
    boolean embedded;

    @Option(
            names = "--own-rabbitmq",
            negatable = true,
            fallbackValue = "true",
            description =
                    "at a RabbitMQ of its own, made of the one that is installed here; that is stopped and killed too")
    boolean ownRabbit;

    @Option(names = "--ledger", paramLabel = "DIR", description = "keep the books there (default: nowhere)")
    @Nullable
    Path ledger;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Logging.level(broker.logLevel, Level.WARN);
        check("--jobs", jobs);
        check("--agents", agents);
        check("--mappers", mappers);
        check("--window", window);
        check("--slots", slots);
        if (embedded && ownRabbit) {
            throw ConfigException.of("--embedded", true, "nothing, with --own-rabbitmq");
        }
        Range pause = Range.of(faultEvery);
        broker.warnOfTypedPassword(common);
        if (ledger != null) {
            Files.createDirectories(ledger);
            return soak(ledger, pause);
        }
        try (TemporaryFolder folder = TemporaryFolder.create("nanite-soak-")) {
            return soak(folder.path(), pause);
        }
    }

    private static void check(String flag, int count) {
        if (count < 1) {
            throw ConfigException.of(flag, count, "at least 1");
        }
    }

    private int soak(Path folder, Range pause) throws InterruptedException {
        try (SoakBroker where = SoakBroker.start(this);
                SoakFleet fleet = new SoakFleet(this, where, folder)) {
            fleet.start();
            say("%d agents and %d mappers at %s", agents, mappers, where.name());
            breakThings(fleet, new SoakFaults(fleet, where), pause);
            LedgerReport report = settled(folder);
            fleet.end();
            common.out().print(report.table());
            say("%-16s%9.2f s", "slowest recovery", report.slowestRecovery().toMillis() / 1_000.0);
            say(report.isKept() ? "The promise held." : "THE PROMISE WAS BROKEN.");
            return report.isKept() ? ExitCode.OK.code() : ExitCode.FAILED.code();
        }
    }

    /** One thing after the other, until everything is given away and answered. */
    private void breakThings(SoakFleet fleet, SoakFaults faults, Range pause) throws InterruptedException {
        TimeSource time = TimeSource.system();
        long begin = time.nanos();
        long reported = begin;
        int broken = 0;
        while (!fleet.isDone()) {
            long next = time.nanos() + pause.random().toNanos();
            while (!fleet.awaitDone(LOOK) && time.nanos() - next < 0) {
                if (time.nanos() - reported > REPORT.toNanos()) {
                    reported = time.nanos();
                    progress(fleet, broken, Duration.ofNanos(reported - begin));
                }
            }
            if (!fleet.isDone()) {
                faults.next();
                broken++;
            }
        }
        progress(fleet, broken, Duration.ofNanos(time.nanos() - begin));
    }

    private void progress(SoakFleet fleet, int broken, Duration since) {
        say("%5d s  %9d of %d answered, %d faults", since.toSeconds(), fleet.answered(), jobs, broken);
    }

    /** Pushes are answered when the broker has them: they may take a moment longer. */
    private static LedgerReport settled(Path folder) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        TimeSource time = TimeSource.system();
        long until = time.nanos() + LAST_JOBS.toNanos();
        LedgerReport report = LedgerReport.of(folder);
        while (!report.lost().isEmpty() && time.nanos() - until < 0) {
            never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            report = LedgerReport.of(folder);
        }
        return report;
    }

    @SuppressWarnings("AnnotateFormatMethod") // one annotation is not worth a dependency
    private void say(String sentence, Object... values) {
        common.out().println(sentence.formatted(values));
    }

    /** A range of durations, {@code 2s-10s}. */
    record Range(Duration from, Duration to) {

        static Range of(String text) {
            int dash = text.indexOf('-');
            try {
                Durations durations = new Durations();
                Duration from = durations.convert(dash < 0 ? text : text.substring(0, dash));
                Duration to = dash < 0 ? from : durations.convert(text.substring(dash + 1));
                if (to.compareTo(from) >= 0) {
                    return new Range(from, to);
                }
            } catch (picocli.CommandLine.TypeConversionException e) {
                // Said below.
            }
            throw ConfigException.of("--fault-every", text, "a range such as 2s-10s");
        }

        Duration random() {
            return Duration.ofNanos(ThreadLocalRandom.current().nextLong(from.toNanos(), to.toNanos() + 1));
        }
    }
}
