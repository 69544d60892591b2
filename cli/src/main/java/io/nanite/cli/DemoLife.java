package io.nanite.cli;

import io.nanite.core.Bytes;
import io.nanite.core.NaniteException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.TransportListener;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens in a fabric that is to be looked at: work of several kinds, failures, letters, and a death now and then. On a loop. */
final class DemoLife implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DemoLife.class);

    private static final List<String> AGENTS = List.of("fred", "bob", "mary");
    private static final Duration OFTEN = Duration.ofMillis(150);
    private static final Duration SELDOM = Duration.ofSeconds(2);
    private static final Duration FAILURE = Duration.ofSeconds(4);
    private static final Duration LETTER = Duration.ofSeconds(25);
    private static final Duration DEATH = Duration.ofSeconds(45);
    private static final Duration GRAVE = Duration.ofSeconds(15);

    private final Mapper mapper;
    private final RabbitTransport transport;
    private final Births births;
    private final EventLoop loop =
            new SingleThreadLoop("demo-life", error -> LOG.debug("something did not happen", error));
    private final Random random = new Random();
    private final Map<String, Process> alive = new HashMap<>();

    /** Starts an agent of this name, as a process. */
    @FunctionalInterface
    interface Births {
        Process start(String name) throws IOException;
    }

    DemoLife(Mapper mapper, RabbitConfig where, Births births) {
        this.mapper = mapper;
        this.births = births;
        transport = new RabbitTransport(where);
    }

    /** From now on, until it is closed. */
    void start() throws IOException {
        transport.start(new TransportListener() {});
        for (String name : AGENTS) {
            alive.put(name, births.start(name));
        }
        for (String order : List.of("tea", "cake")) {
            mapper.request(
                    "/kitchen/make",
                    Map.of("order", order),
                    CallOptions.DEFAULT.withOfflineFailsafe(true).withTimeout(Duration.ofHours(1)));
        }
        loop.every(OFTEN, ifAnybodyIsThere(this::work));
        loop.every(SELDOM, ifAnybodyIsThere(this::longerWork));
        loop.every(FAILURE, ifAnybodyIsThere(this::failure));
        loop.every(LETTER, this::letter);
        loop.every(DEATH, this::death);
    }

    private Runnable ifAnybodyIsThere(Runnable task) {
        return () -> {
            if (!mapper.agents().isEmpty()) {
                task.run();
            }
        };
    }

    private void work() {
        switch (random.nextInt(5)) {
            case 0 -> ask("/simple/hello", null);
            case 1 -> ask("/simple/time", null);
            case 2 -> ask("/simple/add", Map.of("a", random.nextInt(100), "b", random.nextInt(100)));
            case 3 -> mapper.request("/simple/echo", "hello all", CallOptions.all());
            default -> ask("/simple/echo", Map.of("order", random.nextInt(10_000), "item", "tea"));
        }
    }

    private void ask(String service, @Nullable Object payload) {
        mapper.request(service, payload);
    }

    private void longerWork() {
        ask("/simple/count", 1 + random.nextInt(10));
        ask("/simple/nap", 200 + random.nextInt(4000));
        if (random.nextBoolean()) {
            mapper.push("/simple/echo", Map.of("pushed", random.nextInt(100)));
        }
    }

    private void failure() {
        switch (random.nextInt(4)) {
            case 0 -> ask("/simple/count", 1000);
            case 1 -> ask("/simple/add", Map.of("a", Long.MAX_VALUE, "b", 1));
            case 2 -> ask("/simple/dance", "nobody can");
            default -> mapper.request("/simple/nap", 5000, CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(1)));
        }
    }

    /** Something that no agent can read ends among the letters. */
    private void letter() {
        String name = AGENTS.get(random.nextInt(AGENTS.size()));
        String body = random.nextBoolean() ? "{\"json_class\":\"Nanite::Request\",\"data\":" : "no packet at all";
        try {
            var unused = transport.publish(new Parcel(
                    Address.workOf(Identity.agent(name)),
                    Bytes.of(body),
                    "application/json",
                    null,
                    true,
                    false,
                    Map.of()));
        } catch (NaniteException e) {
            LOG.debug("no letter this time", e);
        }
    }

    private void death() {
        List<String> names = List.copyOf(alive.keySet());
        if (names.size() < 2) {
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        Process process = alive.remove(name);
        if (process != null) {
            process.destroyForcibly();
            loop.after(GRAVE, () -> birth(name));
        }
    }

    private void birth(String name) {
        try {
            alive.put(name, births.start(name));
        } catch (IOException e) {
            LOG.error("{} does not start", name, e);
        }
    }

    /** Nothing happens any more; who lives goes on. */
    @Override
    public void close() {
        loop.close();
        transport.close();
    }
}
