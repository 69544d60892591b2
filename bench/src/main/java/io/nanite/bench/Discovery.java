package io.nanite.bench;

import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How long a mapper that starts needs until it knows everybody: from the moment its connection stands, and with connecting.
 *
 * <p>{@code Discovery [--uri amqp://…] [--agents 100] [--rounds 10]}. The agents share a process and a connection; each has its
 * control queue, and answers the mapper's question as an agent does.
 */
public final class Discovery {

    private static final Set<Service> SERVICES = Set.of(
            new Service("/a/one"),
            new Service("/a/two"),
            new Service("/b/one"),
            new Service("/b/two"),
            new Service("/b/three"));

    private Discovery() {}

    /** Runs the benchmark. */
    public static void main(String[] args) throws Exception {
        List<String> options = Arrays.asList(args);
        int agents = Integer.parseInt(option(options, "--agents", "100"));
        int rounds = Integer.parseInt(option(options, "--rounds", "10"));
        String uri = option(options, "--uri", "");
        if (!uri.isEmpty()) {
            run(RabbitConfig.of(uri), agents, rounds);
            return;
        }
        try (EmbeddedBroker broker = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory())) {
            broker.start();
            run(RabbitConfig.of(broker.uri("mapper")), agents, rounds);
        }
    }

    private static String option(List<String> options, String name, String standard) {
        int at = options.indexOf(name);
        return at >= 0 && at + 1 < options.size() ? options.get(at + 1) : standard;
    }

    private static void run(RabbitConfig broker, int agents, int rounds) throws InterruptedException {
        JsonSerializer serializer = new JsonSerializer();
        try (RabbitTransport transport = new RabbitTransport(broker.withName("bench-agents"))) {
            transport.start(new TransportListener() {});
            PacketSender sender = new PacketSender(serializer, transport);
            for (int i = 0; i < agents; i++) {
                Identity agent = Identity.agent("bench-" + i);
                Vitals vitals = new Vitals(64, 0, "boot", 0, "bench", true);
                transport.subscribe(
                        Source.control(agent), delivery -> delivery.parts().forEach(part -> {
                            if (serializer.read(part.body(), part.contentType()) instanceof Advertise) {
                                sender.tellMappers(
                                        Address.REGISTRATION,
                                        new Register(agent, SERVICES, Set.of(), Status.of(0.5), vitals));
                            }
                        }));
            }
            double[] standing = new double[rounds];
            double[] whole = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                long start = System.nanoTime();
                try (Mapper mapper = Mapper.start(
                        MapperConfig.named("bench-discovery").withRescue(false),
                        new RabbitTransport(broker.withName("bench-discovery")))) {
                    long stands = System.nanoTime();
                    if (!mapper.awaitService("/a/one", agents, Duration.ofSeconds(60))) {
                        throw new IllegalStateException("agents known: %d (expected: %d)"
                                .formatted(mapper.agents().size(), agents));
                    }
                    long known = System.nanoTime();
                    standing[i] = (known - stands) / 1e6;
                    whole[i] = (known - start) / 1e6;
                }
            }
            Arrays.sort(standing);
            Arrays.sort(whole);
            System.out.printf(
                    Locale.ROOT,
                    "%d agents known: %.0f ms after the connection stood (median of %d; worst %.0f), %.0f ms with connecting%n",
                    agents,
                    standing[rounds / 2],
                    rounds,
                    standing[rounds - 1],
                    whole[rounds / 2]);
        }
    }
}
