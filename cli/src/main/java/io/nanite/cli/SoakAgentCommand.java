package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentConfig.Ack;
import io.nanite.agent.AgentModule;
import io.nanite.faultkit.Ledger;
import io.nanite.rabbitmq.RabbitTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One of the agents of a soak: does its jobs and writes them down, until it is told to end or is killed. */
@Command(name = "soak-agent", hidden = true, description = "An agent of nanite soak.")
final class SoakAgentCommand implements Callable<Integer> {

    /** Printed when it has registered. */
    static final String READY = "soak-agent ready";

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = "--ledger", paramLabel = "DIR", required = true, description = "where it writes down what it does")
    Path ledger = Path.of("");

    @Option(names = "--slots", paramLabel = "COUNT", description = "how many jobs it runs at once (default: 16)")
    int slots = 16;

    @Option(names = "--ack", paramLabel = "WHEN", description = "early or late (default: late)")
    Ack ack = Ack.LATE;

    @Option(names = "--end-with", paramLabel = "PID", description = "end when this process has ended")
    int companion;

    @Override
    public Integer call() throws InterruptedException {
        Logging.level(broker.logLevel, Level.WARN);
        AgentConfig config = AgentConfig.of(Names.agent("token", broker.token == null ? "soak" : broker.token))
                .withSlots(slots)
                .withPingTime(Duration.ofSeconds(1))
                .withGrace(Duration.ofSeconds(5))
                .withPacks(!broker.noPacks)
                .withAck(ack);
        try (Ledger book = Ledger.open(ledger, writer(config.identity().value()));
                Agent agent = Agent.create(
                        config,
                        new RabbitTransport(
                                broker.broker("nanite", config.identity().value())),
                        new AgentModule() {
                            @Override
                            protected void configure() {
                                actor(new SoakActor(book), SoakActor.PREFIX);
                                serializer(broker.serializer(config.identity()));
                            }
                        });
                SoakReporter reporter = new SoakReporter(common)) {
            common.shutdown().with(agent::close);
            Companion.endsWith(companion, agent::close);
            agent.start();
            common.out().println(READY);
            reporter.start();
            agent.awaitClose();
            return ExitCode.OK.code();
        }
    }

    /** The name of this process in the ledger. */
    static String writer(String identity) {
        return writer(identity, ProcessHandle.current().pid());
    }

    static String writer(String identity, long pid) {
        return identity + "-" + pid;
    }
}
