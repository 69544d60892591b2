package io.nanite.admin;

import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportListener;
import java.time.Duration;
import java.util.Random;
import java.util.Set;

/** Many agents that only say that they are there, each every fifteen seconds. On a loop of its own. */
final class Crowd implements AutoCloseable {

    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration PING = Duration.ofSeconds(15);
    private static final Set<Service> SERVICES =
            Set.of(new Service("/simple/echo"), new Service("/image/resize"), new Service("/billing/charge"));

    private final Transport transport;
    private final PacketSender sender;
    private final EventLoop loop = new SingleThreadLoop("crowd", Throwable::printStackTrace);
    private final Random random = new Random(7);
    private final int size;
    private int next;

    Crowd(Transport transport, int size) {
        this.transport = transport;
        this.size = size;
        transport.start(new TransportListener() {});
        sender = new PacketSender(new JsonSerializer(), transport);
    }

    void arrive() {
        for (int i = 0; i < size; i++) {
            Set<String> tags = i % 3 == 0 ? Set.of("gpu", "eu-west") : Set.of("eu-west");
            sender.tellMappers(Address.REGISTRATION, new Register(agent(i), SERVICES, tags, status(), vitals()));
        }
        long began = loop.time().nanos();
        loop.every(TICK, () -> {
            // As many as are due by now, however late this is: a loop that cannot keep up must not silence anybody.
            long due = (loop.time().nanos() - began) * size / PING.toNanos();
            for (; next < due; next++) {
                sender.tellMappers(Address.HEARTBEAT, new Ping(agent(next % size), status(), vitals()));
            }
        });
    }

    private static Identity agent(int number) {
        return Identity.agent("worker-%04d".formatted(number));
    }

    private Status status() {
        return Status.of(random.nextInt(400) / 100.0);
    }

    private static Vitals vitals() {
        return Vitals.UNKNOWN;
    }

    @Override
    public void close() {
        loop.close();
        transport.close();
    }
}
