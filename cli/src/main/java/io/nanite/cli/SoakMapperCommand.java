package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.core.ConfigException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.faultkit.Ledger;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.Outcomes;
import io.nanite.rabbitmq.RabbitTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One of the mappers of a soak: gives away its share of the jobs and writes down what it is told. */
@Command(name = "soak-mapper", hidden = true, description = "A mapper of nanite soak.")
final class SoakMapperCommand implements Callable<Integer> {

    /** Begins the lines that say how far it is: how many it gave away, and how many of them are answered. */
    static final String PROGRESS = "soak-mapper progress ";

    /** Printed when everything is answered. */
    static final String DONE = "soak-mapper done";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** For a broker that was killed on a machine with a lot to do: what comes of a job is worth the wait. */
    private static final Duration BROKER_PATIENCE = Duration.ofMinutes(3);

    /** Whoever is refused comes again a moment later, not at once. */
    private static final Duration AFTER_REFUSAL = Duration.ofMillis(100);

    /** Of so many jobs ... */
    private static final int KINDS = 4;

    /** ... this one is a push ... */
    private static final int PUSH = 3;

    /** ... and this one is quick. */
    private static final int QUICK = 2;

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = "--ledger", paramLabel = "DIR", required = true, description = "where it writes down what it does")
    Path ledger = Path.of("");

    @Option(names = "--jobs", paramLabel = "COUNT", description = "how many it gives away (default: 1000)")
    int jobs = 1_000;

    @Option(names = "--window", paramLabel = "COUNT", description = "how many may be open at once (default: 128)")
    int window = 128;

    @Option(names = "--work", paramLabel = "TIME", description = "what a slow job takes on average (default: 20ms)")
    Duration work = Duration.ofMillis(20);

    @Option(names = "--agents", paramLabel = "COUNT", description = "how many must be there at first (default: 1)")
    int agents = 1;

    @Option(names = "--for", paramLabel = "TIME", description = "for so long at most; 0 for no limit (default: 0)")
    Duration atMost = Duration.ZERO;

    @Option(names = "--until", paramLabel = "FILE", description = "go on behind the jobs until this file is there")
    @Nullable
    Path enough;

    @Option(names = "--end-with", paramLabel = "PID", description = "end when this process has ended")
    int companion;

    private final AtomicInteger submitted = new AtomicInteger();
    private final AtomicInteger completed = new AtomicInteger();

    @Override
    public Integer call() throws InterruptedException {
        Logging.level(broker.logLevel, Level.WARN);
        Identity self = Names.mapper("token", broker.token == null ? "soak" : broker.token);
        MapperConfig config =
                MapperConfig.named(self.name()).withPacking(!broker.noPacks).withIntroduces(broker.introduces());
        try (Ledger book = Ledger.open(ledger, SoakAgentCommand.writer(self.value()));
                Mapper mapper = Mapper.with(config)
                        .serializer(broker.serializer(self))
                        .start(new RabbitTransport(
                                broker.broker("mapper", self.value()).withPatience(BROKER_PATIENCE)));
                SoakReporter reporter = new SoakReporter(common)) {
            Thread caller = Thread.currentThread();
            common.shutdown().with(caller::interrupt);
            Companion.endsWith(companion, caller::interrupt);
            if (!mapper.awaitService(SoakActor.SLOW, agents, PATIENCE)) {
                throw ConfigException.of("agents", mapper.agents().size(), "at least " + agents);
            }
            reporter.start();
            giveAway(mapper, book);
            common.out().println(DONE);
            return ExitCode.OK.code();
        }
    }

    private void giveAway(Mapper mapper, Ledger book) throws InterruptedException {
        Semaphore free = new Semaphore(window);
        String name = SoakAgentCommand.writer(mapper.identity().value());
        int most = (int) Math.max(1, 2 * work.toMillis());
        TimeSource time = TimeSource.system();
        long until = time.nanos() + atMost.toNanos();
        for (int i = 0; (i < jobs || goesOn()) && (atMost.isZero() || time.nanos() - until < 0); i++) {
            free.acquire();
            String id = name + "-" + i;
            SoakActor.Work load = new SoakActor.Work(
                    id, i % KINDS == QUICK ? 0 : ThreadLocalRandom.current().nextInt(most) + 1);
            book.submitted(id);
            submitted.incrementAndGet();
            if (i % KINDS == PUSH) {
                var unused = mapper.push(SoakActor.SLOW, load, CallOptions.DEFAULT.withPersistent(true))
                        .whenComplete((pushed, error) -> told(book, free, id, error == null ? Ledger.OK : text(error)));
            } else {
                var unused = mapper.request(i % KINDS == QUICK ? SoakActor.QUICK : SoakActor.SLOW, load)
                        .outcomes()
                        .whenComplete((outcomes, error) -> told(book, free, id, outcome(id, outcomes, error)));
            }
        }
        free.acquire(window);
    }

    private boolean goesOn() {
        return enough != null && !Files.exists(enough);
    }

    private static String outcome(String id, @Nullable Outcomes outcomes, @Nullable Throwable error) {
        if (error != null || outcomes == null) {
            return text(error);
        }
        if (!outcomes.ok()) {
            return outcomes.single().toString();
        }
        return outcomes.values().containsValue(id) ? Ledger.OK : "another's answer: " + outcomes.values();
    }

    private static String text(@Nullable Throwable error) {
        return String.valueOf(error == null ? null : error.getMessage());
    }

    /** On the mapper's callback thread. */
    private void told(Ledger book, Semaphore free, String id, String outcome) {
        book.completed(id, outcome);
        if (!outcome.equals(Ledger.OK)) {
            LockSupport.parkNanos(this, AFTER_REFUSAL.toNanos());
        }
        free.release();
        int done = completed.incrementAndGet();
        if (done % window == 0) {
            common.out().println(PROGRESS + submitted + " " + done);
        }
    }
}
