package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.admin.ControlTower;
import io.nanite.admin.ControlTowerConfig;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.security.Authorizer;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.metrics.Figures;
import io.nanite.rabbitmq.RabbitTransport;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
                + "machine. Prints the link that lets you in, and runs until it is told to end.")
final class AdminCommand implements Callable<Integer>, Configured {

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "the port to listen on; 0 for any that is free (default: 4000)")
    int httpPort = ControlTowerConfig.DEFAULT.port();

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "the address to listen on; one of this machine alone (default: 127.0.0.1)")
    String bind = "127.0.0.1";

    @Option(
            names = "--read-only",
            negatable = true,
            fallbackValue = "true",
            description = "people can look, and send and cancel nothing")
    boolean readOnly;

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
        tower();
        broker.check("mapper", config().identity());
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        Logging.level(broker.logLevel, Level.INFO);
        broker.password.warn(common);
        MapperConfig config = config();
        PolicyWatch watch = policy.read();
        RabbitTransport transport =
                new RabbitTransport(broker.broker("mapper", config.identity().value()));
        try (Figures figures = new Figures();
                Mapper mapper = Mapper.with(config)
                        .serializer(broker.serializer(config.identity()))
                        .authorizer(watch == null ? Authorizer.allowAll() : watch)
                        .start(transport);
                ControlTower tower = ControlTower.with(tower())
                        .figures(figures::text)
                        .ready(transport::isConnected)
                        .start(mapper)) {
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

    private ControlTowerConfig tower() {
        try {
            return new ControlTowerConfig(httpPort, InetAddress.getByName(bind), readOnly);
        } catch (UnknownHostException e) {
            throw ConfigException.of("bind", Printable.of(bind), "an address of this machine alone, as 127.0.0.1");
        }
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
