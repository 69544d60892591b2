package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.transport.Transport;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** A mapper with agents that have something to do: some answer, one takes its time, one fails. Of the test's thread. */
final class LivingFabric implements AutoCloseable {

    final Mapper mapper;
    final Map<String, Agent> agents = new LinkedHashMap<>();
    final CountDownLatch release = new CountDownLatch(1);
    private final Function<String, Transport> transports;
    private final Map<String, Transport> links = new LinkedHashMap<>();

    /** What simple agents offer. */
    @Actor("simple")
    static final class Simple {

        @Expose
        public Object echo(Object payload) {
            return payload;
        }

        @Expose
        public Map<String, Object> who() {
            return Map.of(
                    "pid",
                    ProcessHandle.current().pid(),
                    "java",
                    Runtime.version().feature());
        }
    }

    /** What takes its time. */
    @Actor("image")
    static final class Image {

        private final CountDownLatch release;

        Image(CountDownLatch release) {
            this.release = release;
        }

        @Expose
        public Map<String, Object> resize(Object payload, ActorContext context) {
            context.progress("decoded", Map.of("width", 4032, "height", 3024));
            context.progress("scaled", 50);
            context.progress("scaled", 100);
            return Map.of("bytes", 183_204, "format", "webp");
        }

        @Expose
        public String render() throws InterruptedException {
            release.await();
            return "rendered";
        }
    }

    /** What goes wrong. */
    @Actor("billing")
    static final class Billing {

        @Expose
        public Object charge(Object payload) {
            if (payload instanceof Map<?, ?>) {
                throw new IllegalStateException("card 4242: declined by the bank");
            }
            return payload;
        }
    }

    /** What tries to be markup. */
    @Actor("evil")
    static final class Evil {

        @Expose
        public Object echo(Object payload, ActorContext context) {
            context.progress("<img src=x onerror=alert(1)>", Hostile.ALL);
            return payload;
        }

        @Expose
        public Object fails(Object payload) {
            if (payload instanceof List<?> texts) {
                throw new IllegalStateException(String.join(" ", Hostile.ALL) + texts.size());
            }
            return payload;
        }
    }

    LivingFabric(Function<String, Transport> transports) {
        this.transports = transports;
        mapper = Mapper.start(
                MapperConfig.named("tower").withAgentTimeout(Duration.ofSeconds(10)), transports.apply("mapper"));
    }

    void agent(String name, List<String> tags, Object... actors) {
        AgentConfig config = AgentConfig.named(name).withSlots(8).withTags(tags).withPingTime(Duration.ofSeconds(1));
        Transport link = transports.apply("nanite");
        links.put(name, link);
        agents.put(name, Agent.start(config, link, new AgentModule() {
            @Override
            protected void configure() {
                for (Object actor : actors) {
                    actor(actor);
                }
            }
        }));
    }

    /** Ends its connection under it, so that it cannot say a word. */
    void kill(String name) {
        Objects.requireNonNull(links.get(name), name).close();
    }

    void populate() throws InterruptedException {
        agent("fred", List.of("linux", "gpu"), new Simple(), new Image(release));
        agent("bob", List.of("linux"), new Simple());
        agent("billing-1", List.of("pci", "eu-west"), new Billing());
        agent("render-1", List.of("gpu", "eu-west"), new Image(release), new Simple());
        assertThat(mapper.awaitService("/simple/echo", 3, Duration.ofSeconds(20)))
                .isTrue();
        assertThat(mapper.awaitService("/billing/charge", 1, Duration.ofSeconds(20)))
                .isTrue();
        assertThat(mapper.awaitService("/image/render", 2, Duration.ofSeconds(20)))
                .isTrue();
    }

    /** Some work; returns the token of a request that failed. */
    String work() throws InterruptedException {
        for (int i = 0; i < 40; i++) {
            mapper.request("/simple/echo", Map.of("order", 1000 + i, "article", "tea"))
                    .await();
        }
        for (int i = 0; i < 6; i++) {
            mapper.request("/image/resize", "photo-%d.jpg".formatted(i)).await();
        }
        mapper.request("/simple/who", null, CallOptions.DEFAULT.withSelector("all"))
                .await();
        mapper.request("/image/render", null, CallOptions.DEFAULT.withTimeout(Duration.ofMinutes(10)));
        Job failing = mapper.request("/billing/charge", Map.of("customer", 77, "cents", 4995));
        failing.await();
        return failing.token().value();
    }

    @Override
    public void close() {
        release.countDown();
        agents.values().forEach(Agent::close);
        mapper.close();
    }
}
