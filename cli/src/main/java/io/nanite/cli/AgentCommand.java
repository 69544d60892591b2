package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.agent.ActorJars;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentConfig.Ack;
import io.nanite.agent.AgentModule;
import io.nanite.core.ConfigException;
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

/** Runs an agent in the foreground until it is told to end. */
@Command(
        name = "nanite-agent",
        aliases = "agent",
        description = "Hosts the actors of a folder and offers their services to the fabric.")
final class AgentCommand implements Callable<Integer> {

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = {"-n", "--nanite"},
            paramLabel = "ROOT",
            description = "the folder of the agent, with actors/ and config.yml in it (default: this folder)")
    Path root = Path.of("");

    @Option(names = "--actors-dir", paramLabel = "DIR", description = "where the jars are (default: ROOT/actors)")
    @Nullable
    Path actorsDir;

    @Option(
            names = "--actors",
            split = ",",
            paramLabel = "NAME",
            description = "only these of the actors in the jars (default: all)")
    Set<String> actors = new LinkedHashSet<>();

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

    @Option(names = "--end-with", hidden = true, paramLabel = "PID", description = "end when this process has ended")
    @Nullable
    Integer companion;

    @Override
    public Integer call() throws InterruptedException {
        Logging.level(broker.logLevel, console.interactive ? Level.WARN : Level.INFO);
        AgentConfig config = config();
        RabbitConfig where = broker.broker("nanite", config.identity().value());
        Serializer serializer = broker.serializer();
        broker.warnOfTypedPassword(common);
        PolicyWatch watch = policy.read();
        try (ActorJars jars =
                actorsDir == null ? ActorJars.load(root, actors) : ActorJars.loadFrom(actorsDir, actors)) {
            if (jars.actors().isEmpty() && jars.modules().isEmpty()) {
                throw ConfigException.of("actors", folder(), "a jar with a class that carries @Actor");
            }
            Agent agent = Agent.create(
                    config,
                    new RabbitTransport(where),
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
                    jars.asModule());
            common.shutdown().with(agent::close);
            common.shutdown().lastWords(() -> common.err()
                    .printf("%s ends at once without having finished %s%n", agent.identity(), agent.unfinished()));
            if (companion != null) {
                common.shutdown().alsoWith(companion);
            }
            MetricsEndpoint endpoint = metrics.start();
            if (endpoint != null) {
                endpoint.bind(agent);
            }
            agent.start();
            if (watch != null) {
                policy.watch(watch, agent.identity(), () -> {});
            }
            if (console.interactive) {
                try (agent) {
                    return console.run(
                            common,
                            broker.logLevel,
                            live -> mapper(serializer),
                            false,
                            "Starting agent console",
                            agent.identity());
                }
            }
            agent.awaitClose();
            return ExitCode.OK.code();
        } finally {
            policy.close();
            metrics.close();
        }
    }

    /** For what is asked in the console; the agent itself asks through any mapper. */
    private Mapper mapper(Serializer serializer) {
        MapperConfig config = MapperConfig.named(TokenSource.secure().next().value());
        return Mapper.with(config)
                .serializer(serializer)
                .start(new RabbitTransport(
                        broker.broker("mapper", config.identity().value())));
    }

    private Path folder() {
        return actorsDir == null ? root.resolve("actors") : actorsDir;
    }

    private AgentConfig config() {
        String name = broker.token == null ? TokenSource.secure().next().value() : broker.token;
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
