package io.nanite.bench;

import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Ping;
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
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many agents that share a process: they register when they are asked, and each pings every 15 s. The
 * other process of {@link Scale}. {@code ScaleAgents COUNT [URI]}; without a URI it is the broker as well. Says where the broker
 * is, and ends when its standard input does.
 */
final class ScaleAgents {

    static final String READY = "ready ";
    static final int PING_SECONDS = 15;

    static final Set<Service> SERVICES = Set.of(
            new Service("/a/one"),
            new Service("/a/two"),
            new Service("/b/one"),
            new Service("/b/two"),
            new Service("/b/three"));

    private static final Vitals VITALS = new Vitals(64, 0, "boot", 0, "bench", true);

    /** Each subscription has a channel, and a connection has 2,047 of them. */
    private static final int AGENTS_PER_CONNECTION = 1_000;

    private ScaleAgents() {}

    /** Runs until standard input ends. */
    public static void main(String[] args) throws Exception {
        List<String> arguments = List.of(args);
        int agents = Integer.parseInt(arguments.get(0));
        if (arguments.size() > 1) {
            run(agents, arguments.get(1));
            return;
        }
        try (EmbeddedBroker broker = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory())) {
            broker.start();
            run(agents, broker.uri("mapper"));
        }
    }

    private static void run(int agents, String uri) throws Exception {
        JsonSerializer serializer = new JsonSerializer();
        ScheduledExecutorService pinging = Executors.newSingleThreadScheduledExecutor();
        List<RabbitTransport> transports = new ArrayList<>();
        List<Runnable> pings = new ArrayList<>();
        try {
            for (int i = 0; i < agents; i++) {
                if (i % AGENTS_PER_CONNECTION == 0) {
                    RabbitTransport transport =
                            new RabbitTransport(RabbitConfig.of(uri).withName("bench-agents-" + transports.size()));
                    transport.start(new TransportListener() {});
                    transports.add(transport);
                }
                RabbitTransport transport = transports.get(transports.size() - 1);
                PacketSender sender = new PacketSender(serializer, transport);
                Identity agent = Identity.agent("bench-" + i);
                transport.subscribe(
                        Source.control(agent), delivery -> delivery.parts().forEach(part -> {
                            if (serializer.read(part.body(), part.contentType()) instanceof Advertise) {
                                sender.tellMappers(
                                        Address.REGISTRATION,
                                        new Register(agent, SERVICES, Set.of(), status(), VITALS));
                            }
                            part.settle();
                        }));
                pings.add(() -> sender.tellMappers(Address.HEARTBEAT, new Ping(agent, status(), VITALS)));
            }
            AtomicInteger next = new AtomicInteger();
            var unused = pinging.scheduleAtFixedRate(
                    () -> pings.get(Math.floorMod(next.getAndIncrement(), agents))
                            .run(),
                    0,
                    TimeUnit.SECONDS.toNanos(PING_SECONDS) / agents,
                    TimeUnit.NANOSECONDS);
            System.out.println(READY + uri);
            while (System.in.read() >= 0) {
                // until whoever started this is gone
            }
        } finally {
            pinging.shutdownNow();
            transports.forEach(RabbitTransport::close);
        }
    }

    private static Status status() {
        return Status.of(ThreadLocalRandom.current().nextInt(100) / 100.0);
    }
}
