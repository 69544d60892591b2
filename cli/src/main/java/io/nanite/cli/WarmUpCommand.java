package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.cli.console.TerminalFront;
import io.nanite.core.Secret;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Loads the classes that commands load, by doing what they do once. The launcher runs it to make the archive of shared
 * classes; it needs nothing and leaves nothing.
 */
@Command(name = "warm-up", hidden = true, description = "Loads what commands load; for the launcher.")
final class WarmUpCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Logging.level(null, Level.ERROR);
        Path root = Files.createTempDirectory("nanite-warm-up");
        CompletableFuture<Integer> agent = new CompletableFuture<>();
        try (EmbeddedBroker broker = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory());
                EventLoop loop = new SingleThreadLoop("nanite-warm-up", agent::completeExceptionally)) {
            broker.start();
            Shutdown shutdown = Shutdown.never();
            String[] command = agent(root, broker.port());
            loop.execute(() -> agent.complete(new Main(Map.of(), common.out(), common.err(), shutdown).run(command)));
            RabbitConfig config = RabbitConfig.at("127.0.0.1", broker.port(), "mapper", new Secret("testing"));
            try (Mapper mapper = Mapper.start(MapperConfig.named("warm-up"), new RabbitTransport(config))) {
                if (!mapper.awaitService("/echo/index", 1, PATIENCE)) {
                    return ExitCode.FAILED.code();
                }
                for (int i = 0; i < 100; i++) {
                    Json.line(mapper.request("/echo", Map.of("call", i), CallOptions.all())
                            .await()
                            .values());
                }
                console(mapper);
            } finally {
                shutdown.end();
            }
            return agent.join();
        } finally {
            delete(root);
        }
    }

    /** The command, as somebody types it, with an actor of a jar. */
    private static String[] agent(Path root, int port) throws IOException {
        String echo = Echo.class.getName().replace('.', '/') + ".class";
        Path actors = Files.createDirectory(root.resolve("actors"));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(actors.resolve("echo.jar")));
                InputStream type =
                        Objects.requireNonNull(Echo.class.getClassLoader().getResourceAsStream(echo))) {
            jar.putNextEntry(new JarEntry(echo));
            type.transferTo(jar);
        }
        return new String[] {
            "nanite-agent",
            "--token",
            "warm-up",
            "--nanite",
            root.toString(),
            "--port",
            Integer.toString(port),
            "--log-level",
            "error"
        };
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
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
