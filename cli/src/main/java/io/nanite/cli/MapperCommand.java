package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.security.Authorizer;
import io.nanite.core.serializer.Serializer;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.Outcomes;
import io.nanite.metrics.MetricsEndpoint;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** A mapper as a process: alone it listens and logs; with a command below it does one thing and ends. */
@Command(
        name = "nanite-mapper",
        aliases = "mapper",
        description =
                "Finds the agents of the fabric and gives them work. Without a command it runs until it is told to "
                        + "end, and logs who comes and goes.",
        subcommands = {
            RequestCommand.class,
            PushCommand.class,
            ExplainCommand.class,
            AgentsCommand.class,
            StopCommand.class,
            StatusCommand.class,
            RestartCommand.class,
            LogLevelCommand.class
        })
final class MapperCommand implements Callable<Integer>, Configured, Residence, Lender {

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = {"-a", "--agent-timeout"},
            scope = ScopeType.INHERIT,
            paramLabel = "TIME",
            description = "an agent that is silent for so long gets no new work (default: 15s)")
    Duration agentTimeout = Duration.ofSeconds(15);

    @Option(
            names = "--max-pending",
            scope = ScopeType.INHERIT,
            paramLabel = "COUNT",
            description = "requests that may wait (default: 10000)")
    int maxPending = 10_000;

    @Option(
            names = "--offline-failsafe",
            scope = ScopeType.INHERIT,
            negatable = true,
            fallbackValue = "true",
            description =
                    "calls that nobody can serve wait until somebody can; a mapper that runs with this also gives "
                            + "out what others left")
    boolean offlineFailsafe;

    @Mixin
    ConsoleOptions console = new ConsoleOptions();

    @Mixin
    MetricsOptions metrics = new MetricsOptions();

    @Mixin
    PolicyOptions policy = new PolicyOptions();

    @Mixin
    DaemonOptions daemon = new DaemonOptions();

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-n", "--nanite"},
            paramLabel = "ROOT",
            description = "the folder with the config.yml (default: this folder)")
    Path root = Path.of("");

    @Mixin
    PrintConfigOption printConfig = new PrintConfigOption();

    @Override
    public void check() {
        broker.check("mapper", config(identity(), null, true, true).identity());
        console.check(daemon);
        metrics.check();
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        if (console.interactive) {
            try {
                return console.run(
                        common,
                        broker.logLevel,
                        live -> start(null, live, true),
                        offlineFailsafe,
                        "Starting mapper console",
                        null);
            } finally {
                policy.close();
                metrics.close();
            }
        }
        Logging.level(broker.logLevel, Level.INFO);
        Identity self = identity();
        daemon.openLog(common, root, self);
        if (daemon.mustStart()) {
            broker.password.warn(common);
            return daemon.start(common, root, self, broker.password);
        }
        try (Station station = daemon.station(common, root, self)) {
            RabbitConfig where = broker.broker("mapper", self.value());
            RabbitTransport transport = new RabbitTransport(where);
            Mapper mapper = start(self, transport, null, true, true);
            CountDownLatch closed = new CountDownLatch(1);
            common.shutdown().with(() -> {
                mapper.close();
                closed.countDown();
            });
            station.ready(new MapperStatus(mapper, transport, where.where()));
            closed.await();
            return ExitCode.OK.code();
        } finally {
            broker.close();
            policy.close();
            metrics.close();
        }
    }

    private Identity identity() {
        return identity(broker.token == null ? TokenSource.secure().next().value() : broker.token);
    }

    @Override
    public Loan lend(@Nullable Duration timeout, boolean serves) {
        Logging.level(broker.logLevel, Level.WARN);
        return new OwnMapper(start(timeout, false, serves));
    }

    @Override
    public boolean offlineFailsafe() {
        return offlineFailsafe;
    }

    @Override
    public boolean json() {
        return console.json;
    }

    /** A mapper that is there for one command. */
    private record OwnMapper(Mapper mapper) implements Loan {

        @Override
        public Duration patience(Duration atMost) {
            return atMost;
        }

        @Override
        public int follow(Service service, Job job, ToIntFunction<Outcomes> printer) throws InterruptedException {
            return printer.applyAsInt(Loan.ended(job));
        }

        @Override
        public void close() {
            mapper.close();
        }
    }

    /**
     * Starts a mapper with these settings; the time-out is that of requests, null for the default. A
     * standing one saves the work of agents that die, and gives out what waits offline; one that ends in a moment does not.
     * What agents ask for is done if it {@code serves} them.
     */
    Mapper start(@Nullable Duration timeout, boolean standing, boolean serves) {
        Identity self = identity();
        return start(self, new RabbitTransport(broker.broker("mapper", self.value())), timeout, standing, serves);
    }

    private Mapper start(
            Identity self, RabbitTransport transport, @Nullable Duration timeout, boolean standing, boolean serves) {
        if (!standing && common.typed("--daemonize")) {
            throw ConfigException.of("--daemonize", "with a command", "a mapper alone");
        }
        MapperConfig config = config(self, timeout, standing, serves);
        Serializer serializer = broker.serializer(config.identity());
        broker.password.warn(common);
        PolicyWatch watch = policy.read();
        MetricsEndpoint endpoint = standing ? metrics.start() : null;
        Mapper mapper = Mapper.with(config)
                .serializer(serializer)
                .authorizer(watch == null ? Authorizer.allowAll() : watch)
                .start(transport);
        if (endpoint != null) {
            endpoint.bind(mapper);
        }
        if (standing) {
            broker.watchCertificates();
        }
        if (watch != null && standing) {
            policy.watch(watch, config.identity(), mapper::discover);
        }
        return mapper;
    }

    private MapperConfig config(Identity self, @Nullable Duration timeout, boolean standing, boolean serves) {
        return new MapperConfig(
                self,
                agentTimeout,
                timeout == null ? MapperConfig.named(self.name()).timeout() : timeout,
                maxPending,
                !broker.noPacks,
                standing && offlineFailsafe,
                standing,
                serves,
                broker.introduces());
    }

    @Override
    public BrokerOptions broker() {
        return broker;
    }

    @Override
    public DaemonOptions daemon() {
        return daemon;
    }

    @Override
    public Path root() {
        return root;
    }

    @Override
    public Identity identity(String name) {
        return Names.mapper("token", name);
    }
}
