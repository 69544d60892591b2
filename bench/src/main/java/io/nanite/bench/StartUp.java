package io.nanite.bench;

import io.nanite.core.packet.Identity;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.MapperListener;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How long it takes from the command to an agent that is ready: until a mapper hears that it is there.
 *
 * <p>{@code StartUp [--uri amqp://…] [--launcher …/bin/nanite-agent] [--root examples/simpleagent] [--rounds 20]}. The URI is
 * that of the mapper; the agent uses its own usual login there. The first start, which may have to prepare shared classes, is
 * not counted.
 */
public final class StartUp {

    private static final long PATIENCE_SECONDS = 120;

    private StartUp() {}

    /** Runs the benchmark. */
    public static void main(String[] args) throws Exception {
        List<String> options = Arrays.asList(args);
        int rounds = Integer.parseInt(option(options, "--rounds", "20"));
        Path launcher = Path.of(option(options, "--launcher", "dist/target/nanite/nanite/bin/nanite-agent"))
                .toAbsolutePath();
        Path root = Path.of(option(options, "--root", "examples/simpleagent")).toAbsolutePath();
        String uri = option(options, "--uri", "");
        if (!uri.isEmpty()) {
            run(uri, launcher, root, rounds);
            return;
        }
        try (EmbeddedBroker broker = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory())) {
            broker.start();
            run(broker.uri("mapper"), launcher, root, rounds);
        }
    }

    private static String option(List<String> options, String name, String standard) {
        int at = options.indexOf(name);
        return at >= 0 && at + 1 < options.size() ? options.get(at + 1) : standard;
    }

    private static void run(String uri, Path launcher, Path root, int rounds) throws IOException, InterruptedException {
        LinkedBlockingQueue<Long> heard = new LinkedBlockingQueue<>();
        MapperListener listener = new MapperListener() {
            @Override
            public void registered(Identity agent, Mapper by) {
                heard.add(System.nanoTime());
            }
        };
        try (Mapper mapper = Mapper.with(MapperConfig.named("bench-start-up"))
                .listener(listener)
                .start(new RabbitTransport(RabbitConfig.of(uri).withName("bench-start-up")))) {
            List<Long> millis = new ArrayList<>();
            for (int i = 0; i <= rounds; i++) {
                long start = System.nanoTime();
                Process agent = start(launcher, root, URI.create(uri), "bench-" + i);
                Long ready = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                agent.destroy();
                agent.waitFor();
                if (ready == null) {
                    throw new IllegalStateException("%s: not heard of within %d s (expected: an agent at %s)"
                            .formatted(launcher, PATIENCE_SECONDS, mapper.identity()));
                }
                if (i > 0) {
                    millis.add((ready - start) / 1_000_000);
                }
                heard.clear();
            }
            millis.sort(null);
            System.out.printf(
                    Locale.ROOT,
                    "ready after: least %d ms, median %d ms, most %d ms (%d starts of %s)%n",
                    millis.get(0),
                    millis.get(rounds / 2),
                    millis.get(rounds - 1),
                    rounds,
                    root.getFileName());
        }
    }

    private static Process start(Path launcher, Path root, URI broker, String token) throws IOException {
        String vhost = broker.getPath().length() > 1 ? broker.getPath().substring(1) : "/nanite";
        ProcessBuilder builder = new ProcessBuilder(
                launcher.toString(),
                "--token",
                token,
                "--nanite",
                root.toString(),
                "--host",
                broker.getHost(),
                "--port",
                Integer.toString(broker.getPort()),
                "--vhost",
                vhost,
                "--log-level",
                "warn");
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
