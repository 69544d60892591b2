package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.core.packet.TokenSource;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A mapper as a process: alone it listens and logs; with a command below it does one thing and ends. */
@Command(
        name = "nanite-mapper",
        aliases = "mapper",
        description =
                "Finds the agents of the fabric and gives them work. Without a command it runs until it is told to "
                        + "end, and logs who comes and goes.",
        subcommands = {RequestCommand.class, PushCommand.class, AgentsCommand.class})
final class MapperCommand implements Callable<Integer>, Rooted {

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    HelpOptions help = new HelpOptions();

    @Option(
            names = {"-a", "--agent-timeout"},
            paramLabel = "TIME",
            description = "an agent that is silent for so long gets no new work (default: 15s)")
    Duration agentTimeout = Duration.ofSeconds(15);

    @Option(names = "--max-pending", paramLabel = "COUNT", description = "requests that may wait (default: 10000)")
    int maxPending = 10_000;

    @Option(
            names = "--offline-failsafe",
            description =
                    "calls that nobody can serve wait until somebody can; a mapper that runs with this also gives "
                            + "out what others left")
    boolean offlineFailsafe;

    @Option(
            names = {"-n", "--nanite"},
            paramLabel = "ROOT",
            description = "the folder with the config.yml (default: this folder)")
    Path root = Path.of("");

    @Override
    public Path root() {
        return root;
    }

    @Override
    public Integer call() throws InterruptedException {
        Logging.level(broker.logLevel, Level.INFO);
        Mapper mapper = start(null, true);
        CountDownLatch closed = new CountDownLatch(1);
        Shutdown.closing(() -> {
            mapper.close();
            closed.countDown();
        });
        closed.await();
        return ExitCode.OK.code();
    }

    /** Starts a mapper with these settings; the time-out is that of requests, null for the default. One that ends in a moment rescues nobody. */
    Mapper start(@Nullable Duration timeout, boolean rescue) {
        String name = broker.token == null ? TokenSource.secure().next().value() : broker.token;
        MapperConfig config = new MapperConfig(
                Names.mapper(name),
                agentTimeout,
                timeout == null ? MapperConfig.named(name).timeout() : timeout,
                maxPending,
                !broker.noPacks,
                offlineFailsafe,
                rescue);
        return Mapper.with(config)
                .serializer(broker.serializer())
                .start(broker.transport("mapper", config.identity().value()));
    }
}
