package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.cli.console.TerminalFront;
import io.nanite.core.Secret;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Loads the classes that commands load, by doing what they do once. The launcher runs it to make the archive of shared
 * classes; it needs nothing and leaves nothing.
 */
@Command(name = "warm-up", hidden = true, description = "Loads what commands load; for the launcher.")
final class WarmUpCommand implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws InterruptedException {
        Logging.level(null, Level.ERROR);
        try (EmbeddedBroker broker = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory())) {
            broker.start();
            RabbitConfig config = RabbitConfig.at("127.0.0.1", broker.port(), "mapper", new Secret("testing"));
            try (Agent agent =
                            Agent.start(AgentConfig.named("warm-up"), new RabbitTransport(config), new AgentModule() {
                                @Override
                                protected void configure() {
                                    actor(new Echo());
                                }
                            });
                    Mapper mapper = Mapper.start(MapperConfig.named("warm-up"), new RabbitTransport(config))) {
                mapper.awaitService("/echo/index", 1, Duration.ofSeconds(10));
                for (int i = 0; i < 100; i++) {
                    Json.line(mapper.request("/echo", Map.of("call", i), CallOptions.all())
                            .await()
                            .values());
                }
                console(mapper);
                return agent.busy() == 0 ? ExitCode.OK.code() : ExitCode.FAILED.code();
            }
        }
    }

    /** Somebody types a few lines, and completes one. */
    private void console(Mapper mapper) {
        InputStream typed = new ByteArrayInputStream(
                "agents\nreq\t/ec\thi --sel\tall\nhelp request\nexit\n".getBytes(StandardCharsets.UTF_8));
        try (TerminalFront front = TerminalFront.on(typed, OutputStream.nullOutputStream());
                Session session = new Session(mapper, front, common.settings(), false, null)) {
            session.run();
        }
    }

    /** Says what it hears. */
    @Actor
    static final class Echo {

        @Expose
        Object index(Map<String, Object> heard) {
            return heard;
        }
    }
}
