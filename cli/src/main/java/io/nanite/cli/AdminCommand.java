package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.admin.ControlTower;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.security.Authorizer;
import io.nanite.core.serializer.Serializer;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.metrics.Figures;
import io.nanite.rabbitmq.QueueDesk;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The Control Tower as a process, with a mapper inside that looks and sends, and does nothing for others. */
@Command(
        name = "nanite-admin",
        aliases = "admin",
        description = "The Control Tower: who is there, what happens, and an API to send work, over HTTP on this "
                + "machine. Prints the link that lets you in, and runs until it is told to end.",
        subcommands = TowerUserCommand.class)
final class AdminCommand implements Callable<Integer>, Configured {

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Mixin
    TowerOptions towerOptions = new TowerOptions();

    @Option(
            names = {"-a", "--agent-timeout"},
            paramLabel = "TIME",
            description = "an agent that is silent for so long is suspect (default: 15s)")
    Duration agentTimeout = Duration.ofSeconds(15);

    @Mixin
    PolicyOptions policy = new PolicyOptions();

    @Option(
            names = {"-n", "--nanite"},
            paramLabel = "ROOT",
            description = "the folder with the config.yml (default: this folder)")
    Path root = Path.of("");

    @Mixin
    PrintConfigOption printConfig = new PrintConfigOption();

    @Override
    public void check() {
        towerOptions.config();
        broker.check("mapper", config().identity());
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        Logging.level(broker.logLevel, Level.INFO);
        broker.password.warn(common);
        MapperConfig config = config();
        PolicyWatch watch = policy.read();
        RabbitConfig where = broker.broker("mapper", config.identity().value());
        RabbitTransport transport = new RabbitTransport(where);
        Serializer serializer = broker.serializer(config.identity());
        ControlTower.Builder builder = ControlTower.with(towerOptions.config())
                .ready(transport::isConnected)
                .blocked(() -> transport.blocked().orElse(null))
                .serializer(serializer)
                .desk(desk(where));
        towerOptions.apply(builder);
        try (Figures figures = new Figures();
                Mapper mapper = Mapper.with(config)
                        .serializer(serializer)
                        .authorizer(watch == null ? Authorizer.allowAll() : watch)
                        .start(transport);
                ControlTower tower = builder.figures(figures::text).start(mapper)) {
            figures.bind(mapper);
            broker.watchCertificates();
            if (watch != null) {
                policy.watch(watch, config.identity(), mapper::discover);
            }
            CountDownLatch ended = new CountDownLatch(1);
            common.shutdown().with(ended::countDown);
            common.out().println("The Control Tower is at " + tower.link());
            ended.await();
            return ExitCode.OK.code();
        } finally {
            broker.close();
            policy.close();
        }
    }

    /** The management of RabbitMQ is looked for where it listens if nobody has said otherwise. */
    static BrokerSide desk(RabbitConfig where) {
        URI management = URI.create(
                where.tls() ? "https://%s:15671".formatted(where.host()) : "http://%s:15672".formatted(where.host()));
        return desk(where, management);
    }

    static BrokerSide desk(RabbitConfig where, URI management) {
        TimeSource time = TimeSource.system();
        return new BrokerSide(
                new QueueDesk(where),
                new ManagementApi(management, where.virtualHost(), where.user(), where.password(), time),
                time);
    }

    private MapperConfig config() {
        Identity self = Names.mapper(
                "token", broker.token == null ? TokenSource.secure().next().value() : broker.token);
        return MapperConfig.named(self.name())
                .withAgentTimeout(agentTimeout)
                .withPacking(!broker.noPacks)
                .withIntroduces(broker.introduces())
                .withRescue(false)
                .withAgentCalls(false);
    }
}
