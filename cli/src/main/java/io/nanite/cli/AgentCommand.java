package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentConfig.Ack;
import io.nanite.agent.AgentModule;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.serializer.Serializer;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.metrics.MetricsEndpoint;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Runs an agent until it is told to end; with a command below it, asks or ends one that runs. */
@Command(
        name = "nanite-agent",
        aliases = "agent",
        description = "Hosts the actors of a folder and offers their services to the fabric.",
        subcommands = {StopCommand.class, StatusCommand.class, RestartCommand.class, LogLevelCommand.class})
final class AgentCommand implements Callable<Integer>, Configured, Residence {

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-n", "--nanite"},
            paramLabel = "ROOT",
            description = "the folder of the agent, with actors/ and config.yml in it (default: this folder)")
    Path root = Path.of("");

    @Mixin
    ActorOptions actors = new ActorOptions();

    @Option(
            names = {"--tag", "--tags"},
            split = ",",
            paramLabel = "TAG",
            description = "what this agent is, for callers that are choosy; may be given several times")
    Set<String> tags = new LinkedHashSet<>();

    @Option(
            names = "--ping-time",
            paramLabel = "TIME",
            description = "how often it says that it is alive (default: 15s)")
    Duration pingTime = Duration.ofSeconds(15);

    @Option(names = "--threadpool", paramLabel = "COUNT", description = "how many jobs it runs at once (default: 64)")
    @Nullable
    Integer threadpool;

    @Option(
            names = "--prefetch",
            paramLabel = "COUNT",
            description = "how many messages it takes ahead (default: as many as it runs at once)")
    @Nullable
    Integer prefetch;

    @Option(
            names = "--single-threaded",
            negatable = true,
            fallbackValue = "true",
            description = "one job at a time, for actors that are not safe for threads")
    boolean singleThreaded;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            description = "for running jobs when it is told to end (default: 30s)")
    Duration grace = Duration.ofSeconds(30);

    @Option(
            names = "--ack",
            completionCandidates = Choices.Acks.class,
            paramLabel = "WHEN",
            description =
                    "late: a job is settled behind its answer, and done again if its agent dies; early: before it "
                            + "begins, and lost then (default: late)")
    Ack ack = Ack.LATE;

    @Mixin
    PolicyOptions policy = new PolicyOptions();

    @Mixin
    ConsoleOptions console = new ConsoleOptions();

    @Mixin
    MetricsOptions metrics = new MetricsOptions();

    @Mixin
    DaemonOptions daemon = new DaemonOptions();

    @Mixin
    PrintConfigOption printConfig = new PrintConfigOption();

    @Option(names = "--end-with", hidden = true, paramLabel = "PID", description = "end when this process has ended")
    @Nullable
    Integer companion;

    @Override
    public void check() {
        check(name());
    }

    private void check(String name) {
        Names.agent("token", name);
        console.check(daemon);
        actors.names(name).forEach(each -> broker.check("nanite", config(each).identity()));
        metrics.check();
    }

    /** The name of this process, and of its agent if it has only one. */
    private String name() {
        return broker.token == null ? TokenSource.secure().next().value() : broker.token;
    }

    @Override
    public Integer call() throws InterruptedException {
        String name = name();
        check(name);
        Logging.level(broker.logLevel, console.interactive ? Level.WARN : Level.INFO);
        Identity self = Names.agent("token", name);
        daemon.openLog(common, root, self);
        broker.password.warn(common);
        if (daemon.mustStart()) {
            return daemon.start(common, root, self, broker.password);
        }
        broker.password.secret(); // asked for now, while somebody looks
        PolicyWatch watch = policy.read();
        try (Station station = daemon.station(common, root, self);
                FolderActors loaded = new FolderActors(actors.folder(root))) {
            List<AgentStatus> hosted = actors.names(name).stream()
                    .map(each -> agent(config(each), watch, loaded))
                    .toList();
            AgentGroup agents =
                    new AgentGroup(hosted.stream().map(AgentStatus::agent).toList());
            common.shutdown().with(agents::close);
            common.shutdown()
                    .lastWords(() -> agents.forEach(agent -> common.err()
                            .printf(
                                    "%s ends at once without having finished %s%n",
                                    agent.identity(), agent.unfinished())));
            if (companion != null) {
                common.shutdown().alsoWith(companion);
            }
            MetricsEndpoint endpoint = metrics.start();
            if (endpoint != null) {
                agents.forEach(endpoint::bind);
            }
            agents.start();
            if (watch != null) {
                policy.watch(watch, agents.first().identity(), () -> {});
            }
            broker.watchCertificates();
            actors.watch(loaded, agents.first().identity());
            station.ready(hosted.size() == 1 ? hosted.get(0) : new AgentsStatus(hosted));
            if (console.interactive) {
                try {
                    return console.run(
                            common,
                            broker.logLevel,
                            live -> mapper(agents.first().identity()),
                            false,
                            "Starting agent console",
                            agents.first().identity());
                } finally {
                    agents.close();
                }
            }
            agents.awaitClose();
            return ExitCode.OK.code();
        } finally {
            broker.close();
            policy.close();
            metrics.close();
        }
    }

    /** For what is asked in the console, by the agent's name where it must have a certificate. */
    private Mapper mapper(Identity agent) {
        MapperConfig config = MapperConfig.named(
                broker.isSecure() ? agent.name() : TokenSource.secure().next().value());
        return Mapper.with(config)
                .serializer(broker.serializer(config.identity()))
                .start(new RabbitTransport(
                        broker.broker("mapper", config.identity().value())));
    }

    private AgentStatus agent(AgentConfig config, @Nullable PolicyWatch watch, FolderActors loaded) {
        RabbitConfig where = broker.broker("nanite", config.identity().value());
        RabbitTransport transport = new RabbitTransport(where);
        Serializer serializer = broker.serializer(config.identity());
        Agent agent = loaded.in(() -> Agent.create(
                config,
                transport,
                new AgentModule() {
                    @Override
                    protected void configure() {
                        serializer(serializer);
                        if (watch != null) {
                            policy(watch);
                        }
                        logLevels(level -> Logging.level(level, Level.INFO));
                        onFatalError(error -> Runtime.getRuntime().halt(ExitCode.INTERNAL.code()));
                    }
                },
                loaded.init()));
        return new AgentStatus(agent, transport, where.where(), config);
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
        return Names.agent("token", name);
    }

    private AgentConfig config(String name) {
        AgentConfig config = AgentConfig.of(Names.agent("token", name))
                .withPingTime(pingTime)
                .withGrace(grace)
                .withTags(tags)
                .withPacks(!broker.noPacks)
                .withAck(ack);
        if (singleThreaded && threadpool != null && threadpool != 1) {
            throw ConfigException.of("--threadpool", threadpool, "1, or nothing, with --single-threaded");
        }
        if (singleThreaded) {
            config = config.singleThreaded();
        } else if (threadpool != null) {
            config = config.withSlots(threadpool);
        }
        return prefetch == null ? config : config.withPrefetch(prefetch);
    }

    /** For the demonstration: how to start one of these as a process that does not outlive this one. */
    static List<String> arguments(String token, Path root, int port, Duration pingTime) {
        return Stream.of(
                        "agent",
                        "--token",
                        token,
                        "--nanite",
                        root.toString(),
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--end-with",
                        Long.toString(ProcessHandle.current().pid()),
                        "--ping-time",
                        pingTime.toMillis() + "ms",
                        "--log-level",
                        "warn")
                .toList();
    }
}
