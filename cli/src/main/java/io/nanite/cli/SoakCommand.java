package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.core.ConfigException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.faultkit.LedgerReport;
import io.nanite.faultkit.rabbit.TemporaryFolder;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
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

    private static final Duration LOOK = Duration.ofSeconds(1);

    /** The share of the faults whose cost is said apart from the slowest. */
    private static final double MOST = 0.99;

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
            description =
                    "the time between two faults, at random from a range, or longer: until something was answered since "
                            + "the last (default: 2s-10s)")
    String faultEvery = "2s-10s";

    @Option(
            names = "--faults",
            split = ",",
            paramLabel = "FAULT",
            description = "what is broken, of agent-kill, agent-stop, mapper-kill, link-black, link-reset, link-stall, "
                    + "broker-stop, broker-kill; may be given several times (default: all that can be)")
    Set<String> faults = new LinkedHashSet<>();

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

    @Option(
            names = "--patience",
            paramLabel = "TIME",
            description = "how long the last jobs may take when nothing more is broken (default: 60s)")
    Duration patience = Duration.ofSeconds(60);

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
        if (minutes < 0) {
            throw ConfigException.of("--minutes", minutes, "at least 0");
        }
        if (embedded && ownRabbit) {
            throw ConfigException.of("--embedded", true, "nothing, with --own-rabbitmq");
        }
        if (broker.tls) {
            throw ConfigException.of("--tls", true, "nothing: it is a link without that is broken");
        }
        if (broker.token != null) {
            Names.agent("token", broker.token);
        }
        Set<SoakFault> kinds = SoakFault.named(faults, ownRabbit);
        Range pause = Range.of(faultEvery);
        broker.broker("mapper", "soak"); // checks what the processes will be given
        if (!broker.isSecure()) {
            broker.serializer();
        }
        broker.password.warn(common);
        if (ledger != null) {
            Files.createDirectories(ledger);
            return soak(ledger, kinds, pause);
        }
        try (TemporaryFolder folder = TemporaryFolder.create("nanite-soak-")) {
            return soak(folder.path(), kinds, pause);
        }
    }

    private static void check(String flag, int count) {
        if (count < 1) {
            throw ConfigException.of(flag, count, "at least 1");
        }
    }

    private int soak(Path folder, Set<SoakFault> kinds, Range pause) throws IOException, InterruptedException {
        if (!broker.isSecure()) {
            return soak(folder, null, kinds, pause);
        }
        try (TemporaryFolder certificates = TemporaryFolder.create("nanite-soak-certificates-")) {
            CertificateAuthority authority = CertificateAuthority.create(
                    certificates.path(), "soak", Duration.ofDays(31), null, TimeSource.system());
            for (Identity member : SoakFleet.identities(this)) {
                authority.issue(member, KeyKind.P256, Duration.ofDays(30), KeyForm.PKCS8, null);
            }
            return soak(folder, certificates.path(), kinds, pause);
        }
    }

    private int soak(Path folder, @Nullable Path certificates, Set<SoakFault> kinds, Range pause)
            throws InterruptedException {
        try (SoakBroker where = SoakBroker.start(this);
                SoakFleet fleet = new SoakFleet(this, where, folder, certificates)) {
            fleet.startAgents();
            Optional<SoakBroker.Queues> atFirst = where.queues();
            fleet.startMappers();
            say("%d agents and %d mappers at %s", agents, mappers, where.name());
            breakThings(fleet, new SoakFaults(fleet, where, kinds), pause);
            LedgerReport report = settled(fleet, folder);
            Optional<SoakBroker.Queues> atLast = where.queues();
            fleet.end();
            common.out().print(report.table());
            say(
                    "%-16s%9.2f s in 99 %% of the faults",
                    "recovery", report.recovery(MOST).toMillis() / 1_000.0);
            common.out().println(SoakCourse.header());
            fleet.courses().forEach(course -> common.out().println(course.row()));
            atFirst.ifPresent(queues -> say("broker with the agents alone, at first: %s", queues));
            atLast.ifPresent(queues -> say(
                    "broker with the agents alone, at last:  %s; more than at first: %s",
                    queues, atFirst.map(queues::without).orElse(queues.names())));
            where.queues()
                    .ifPresent(queues -> say("broker when all had gone:               %s: %s", queues, queues.names()));
            say(report.isKept() ? "The promise held." : "THE PROMISE WAS BROKEN.");
            return report.isKept() ? ExitCode.OK.code() : ExitCode.FAILED.code();
        }
    }

    /** One thing after the other, until everything is given away and answered. */
    private void breakThings(SoakFleet fleet, SoakFaults breaking, Range pause) throws InterruptedException {
        TimeSource time = TimeSource.system();
        SoakProgress progress = new SoakProgress(common.out(), SoakProgress.onTerminal(), jobs, time);
        while (!fleet.isDone()) {
            long next = time.nanos() + pause.random().toNanos();
            int answered = fleet.answered();
            // Where nobody can come back before the next fault it would say nothing of who comes back.
            for (long left = next - time.nanos();
                    (left > 0 || fleet.answered() == answered) && !fleet.isDone();
                    left = next - time.nanos()) {
                fleet.awaitDone(left > 0 && left < LOOK.toNanos() ? Duration.ofNanos(left) : LOOK);
                progress.at(fleet.answered(), breaking.count(), breaking.last());
            }
            if (!fleet.isDone()) {
                breaking.next();
            }
        }
        progress.end(fleet.answered(), breaking.count(), breaking.last());
    }

    /** Pushes are answered when the broker has them: they may take a moment longer. So may agents that were killed last. */
    private LedgerReport settled(SoakFleet fleet, Path folder) throws InterruptedException {
        TimeSource time = TimeSource.system();
        long until = time.nanos() + patience.toNanos();
        LedgerReport report = LedgerReport.of(folder);
        while ((!report.lost().isEmpty() || !fleet.isWhole()) && time.nanos() - until < 0) {
            fleet.rest(LOOK);
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
