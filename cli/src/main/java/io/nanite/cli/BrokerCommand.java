package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the embedded broker as a process of its own. */
@Command(
        name = "broker",
        description =
                "Runs an AMQP broker in this process until it is told to end: vhost /nanite, users nanite and mapper, "
                        + "password testing. For a laptop and for tests; in production use RabbitMQ.")
final class BrokerCommand implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = {"-P", "--port"},
            paramLabel = "PORT",
            description = "0 for any that is free (default: 5672)")
    int port = 5672;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "where to listen (default: 127.0.0.1)")
    String bind = "127.0.0.1";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "keep durable queues and persistent messages there (default: all in memory)")
    @Nullable
    Path data;

    @Option(
            names = {"-l", "--log-level"},
            completionCandidates = Choices.Levels.class,
            paramLabel = "LEVEL",
            description = "fatal, error, warn, info, debug or trace (default: info)")
    @Nullable
    String logLevel;

    @Mixin
    PrintConfigOption printConfig = new PrintConfigOption();

    @Override
    public Integer call() throws InterruptedException {
        Logging.level(logLevel, Level.INFO);
        EmbeddedBrokerConfig config =
                data == null ? EmbeddedBrokerConfig.inMemory() : EmbeddedBrokerConfig.durable(data);
        EmbeddedBroker broker = new EmbeddedBroker(config.withPort(port).withBindAddress(bind));
        CountDownLatch closed = new CountDownLatch(1);
        common.shutdown().with(() -> {
            broker.close();
            closed.countDown();
        });
        broker.start();
        common.out()
                .printf(
                        "broker on %s:%d, vhost /nanite, users nanite and mapper, %s; Ctrl-C ends it%n",
                        bind, broker.port(), data == null ? "in memory" : "durable in " + data);
        closed.await();
        return ExitCode.OK.code();
    }
}
