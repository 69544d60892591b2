package io.nanite.examples.simple;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Expose;
import io.nanite.agent.status.StatusProbe;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Status;
import io.nanite.faultkit.Fault;
import io.nanite.faultkit.FaultProxy;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.MapperListener;
import io.nanite.mapper.selector.Selectors;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** What the original's README promised of agents, mappers and calls. */
class OriginalTest {

    private static final String BAR = "/foo/bar";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PING = Duration.ofMillis(100);

    /** Where nobody shall be taken for silent, however the machine stands still. */
    private static final Duration NEVER = Duration.ofMinutes(10);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    /** The README's first actor. */
    public static class Foo {

        private final Identity self;

        Foo(Identity self) {
            this.self = self;
        }

        /** Got it. */
        @Expose
        public String bar(String payload) {
            return "got payload: " + payload;
        }

        /** Which agent it is. */
        @Expose
        public String who() {
            return self.name();
        }

        /** Not offered. */
        public String hidden() {
            return "hidden";
        }
    }

    /** The README's second. */
    public static class Mock {

        /** Nothing. */
        @Expose
        public List<String> list() {
            return List.of();
        }
    }

    /** Answers when it may. */
    public static class Late {

        private final CountDownLatch mayAnswer;

        Late(CountDownLatch mayAnswer) {
            this.mayAnswer = mayAnswer;
        }

        /** Waits. */
        @Expose
        public String bar() throws InterruptedException {
            mayAnswer.await();
            return "late";
        }
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        open.add(closeable);
        return closeable;
    }

    private static RabbitTransport transport(String uri, String name) {
        return new RabbitTransport(RabbitConfig.of(uri).withName(name));
    }

    private Agent agent(TestBroker broker, String name, StatusProbe probe) {
        return agent(broker.uri("nanite"), name, probe);
    }

    private Agent agent(String uri, String name, StatusProbe probe) {
        AgentConfig config = AgentConfig.named(name).withPingTime(PING);
        return opened(Agent.start(config, transport(uri, name), new AgentModule() {
            @Override
            protected void configure() {
                actor(new Foo(config.identity()));
                actor(new Mock());
                statusProbe(probe);
            }
        }));
    }

    private static StatusProbe always(double load) {
        return () -> Status.of(load);
    }

    private Mapper mapper(TestBroker broker, String name, int agents) throws InterruptedException {
        return mapper(broker, name, agents, NEVER, Selectors.standard(new SplittableRandom(1)));
    }

    private Mapper mapper(TestBroker broker, String name, int agents, Duration agentTimeout, Selectors selectors)
            throws InterruptedException {
        MapperListener listener = new MapperListener() {
            @Override
            public void suspected(Identity agent, Mapper mapper) {
                events.add("suspected " + agent.name());
            }

            @Override
            public void recovered(Identity agent, Mapper mapper) {
                events.add("recovered " + agent.name());
            }

            @Override
            public void timedOut(Identity agent, Mapper mapper) {
                events.add("timed out " + agent.name());
            }

            @Override
            public void registered(Identity agent, Mapper mapper) {
                events.add("registered " + agent.name());
            }
        };
        Mapper mapper = opened(Mapper.with(
                        MapperConfig.named(name).withAgentTimeout(agentTimeout).withTimeout(PATIENCE))
                .listener(listener)
                .selectors(selectors)
                .start(transport(broker.uri("mapper"), "mapper-" + name)));
        assertThat(mapper.awaitService(BAR, agents, PATIENCE)).isTrue();
        return mapper;
    }

    private void awaitEvent(String event) throws InterruptedException {
        for (String next = ""; !next.equals(event); ) {
            next = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(next).as("%s within %s", event, PATIENCE).isNotNull();
        }
    }

    private static Set<Object> askedOf(Mapper mapper, CallOptions options, int times) throws InterruptedException {
        Set<Object> agents = new HashSet<>();
        for (int i = 0; i < times; i++) {
            agents.addAll(
                    mapper.request("/foo/who", null, options).await().values().values());
        }
        return agents;
    }

    /** "The methods that you 'expose' on the actors are advertised to the mappers like Foo#bar => /foo/bar". */
    @EveryBroker
    void exposedMethodsAreAdvertisedAndNothingElse(TestBroker broker) throws Exception {
        agent(broker, "fred", always(0));
        Mapper mapper = mapper(broker, "m1", 1);

        assertThat(mapper.services().keySet())
                .extracting(Object::toString)
                .containsExactly("/foo/bar", "/foo/who", "/mock/list");
        assertThat(mapper.request(BAR, "hi").await().values()).isEqualTo(Map.of("fred", "got payload: hi"));
    }

    /** "All of the mappers are subscribed to this exchange and they all get a copy of the ping with your status update." */
    @EveryBroker
    void everyMapperHearsEveryPingAndTheStatusIsMeasuredForEach(TestBroker broker) throws Exception {
        AtomicInteger measured = new AtomicInteger();
        agent(broker, "fred", () -> Status.of(measured.incrementAndGet()));
        for (Mapper mapper : List.of(mapper(broker, "m1", 1), mapper(broker, "m2", 1))) {
            double first = load(mapper);
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (load(mapper) < first + 3) {
                assertThat(System.nanoTime())
                        .as("a higher status than %s", first)
                        .isLessThan(until);
                Thread.onSpinWait();
            }
        }
    }

    /** "The default status that is advertised is the load average as a float." */
    @EveryBroker
    void whatAnAgentSaysOfItselfIsTheLoadAverageUnlessItIsToldOtherwise(TestBroker broker) throws Exception {
        agent(broker, "fred", StatusProbe.loadAverage());
        CountDownLatch mayAnswer = new CountDownLatch(1);
        open.add(mayAnswer::countDown);
        AgentConfig one = AgentConfig.named("bob").withPingTime(PING).singleThreaded();
        opened(Agent.start(one, transport(broker.uri("nanite"), "bob"), new AgentModule() {
            @Override
            protected void configure() {
                actor(new Late(mayAnswer), "foo");
            }
        }));
        Mapper mapper = mapper(broker, "m1", 2);
        // All of its slots are taken: were it that what it says, it would say 1.
        Job busy = mapper.request(BAR, null, CallOptions.target("bob"));

        // Between two ticks of the kernel, five seconds apart, both measure the same.
        long until = System.nanoTime() + PATIENCE.toNanos();
        List<AgentView> agents = mapper.agents();
        while (agents.size() < 2
                || agents.get(0).vitals().busy() != 1
                || agents.get(0).status().load() != agents.get(1).status().load()) {
            assertThat(System.nanoTime()).as("two equal loads: %s", agents).isLessThan(until);
            Thread.onSpinWait();
            agents = mapper.agents();
        }
        assertThat(busy.isDone()).isFalse();
        mayAnswer.countDown();
    }

    private static double load(Mapper mapper) {
        List<AgentView> agents = mapper.agents();
        return agents.isEmpty() ? -1 : agents.get(0).status().load();
    }

    /** "If the mappers do not get a ping from a certain agent … the mappers will remove that agent from any dispatch." */
    @EveryBroker
    void whoIsSilentGetsNoWorkAndIsAskedAgainWhenItSpeaks(TestBroker broker) throws Exception {
        URI at = URI.create(broker.uri("nanite"));
        FaultProxy proxy = opened(FaultProxy.before(at.getHost(), at.getPort()));
        agent(broker.uri("nanite").replace(":" + at.getPort(), ":" + proxy.port()), "fred", always(0));
        agent(broker, "bob", always(9));
        Mapper mapper = mapper(broker, "m1", 2, Duration.ofSeconds(6), Selectors.standard(new SplittableRandom(1)));
        assertThat(askedOf(mapper, CallOptions.DEFAULT, 3)).containsExactly("fred");

        events.clear();
        proxy.order(new Fault.Stall());
        awaitEvent("suspected fred");
        assertThat(askedOf(mapper, CallOptions.DEFAULT, 3)).containsExactly("bob");

        events.clear();
        proxy.pass();
        for (String next = ""; !next.equals("recovered fred") && !next.equals("registered fred"); ) {
            next = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(next).as("that fred is back, within %s", PATIENCE).isNotNull();
        }
        assertThat(askedOf(mapper, CallOptions.DEFAULT, 3)).containsExactly("fred");
    }

    /** "By default this will dispatch to the agent with the lowest reported load average." */
    @EveryBroker
    void theLeastLoadedIsAskedByDefaultAndTheOthersByName(TestBroker broker) throws Exception {
        agent(broker, "busy", always(9));
        agent(broker, "idle", always(0.1));
        agent(broker, "middling", always(4));
        Mapper mapper = mapper(broker, "m1", 3);

        assertThat(askedOf(mapper, CallOptions.DEFAULT, 5)).containsExactly("idle");
        assertThat(askedOf(mapper, CallOptions.all(), 1)).containsExactlyInAnyOrder("busy", "idle", "middling");
        assertThat(askedOf(mapper, CallOptions.DEFAULT.withSelector("random"), 60))
                .containsExactlyInAnyOrder("busy", "idle", "middling");
        assertThat(askedOf(mapper, CallOptions.DEFAULT.withSelector("rr"), 3)).hasSize(3);
    }

    /** "You can create your own selectors based on arbitrary stuff you put in status from your agents". */
    @EveryBroker
    void aSelectorOfOnesOwnChoosesByWhatAgentsSay(TestBroker broker) throws Exception {
        agent(broker, "busy", always(9));
        agent(broker, "idle", always(0.1));
        Mapper mapper = mapper(
                broker,
                "m1",
                2,
                NEVER,
                Selectors.standard(new SplittableRandom(1))
                        .with(
                                "most_loaded",
                                (demand, able) -> List.of(able.stream()
                                        .max(Comparator.comparingDouble(
                                                agent -> agent.status().load()))
                                        .orElseThrow())));

        assertThat(askedOf(mapper, CallOptions.DEFAULT.withSelector("most_loaded"), 3))
                .containsExactly("busy");
    }

    /** "You can run as many mappers as you want, they will all be hot masters." */
    @EveryBroker
    void everyMapperIsAMaster(TestBroker broker) throws Exception {
        agent(broker, "fred", always(0));
        List<Mapper> mappers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            mappers.add(mapper(broker, "m" + i, 1));
        }
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < mappers.size(); i++) {
            jobs.add(mappers.get(i).request(BAR, "from " + i));
        }
        for (int i = 0; i < jobs.size(); i++) {
            assertThat(jobs.get(i).await().values()).isEqualTo(Map.of("fred", "got payload: from " + i));
        }
    }

    /** "The calls are asynchronous … the block you pass is not run until the response from the agent(s) have returned." */
    @EveryBroker
    void aCallReturnsAtOnceAndItsContinuationRunsWithTheAnswer(TestBroker broker) throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        open.add(mayAnswer::countDown);
        opened(Agent.start(AgentConfig.named("fred"), transport(broker.uri("nanite"), "fred"), new AgentModule() {
            @Override
            protected void configure() {
                actor(new Late(mayAnswer), "foo");
            }
        }));
        Mapper mapper = mapper(broker, "m1", 1);
        CompletableFuture<Object> answered = new CompletableFuture<>();

        mapper.request(BAR, null).outcomes().thenAccept(outcomes -> answered.complete(outcomes.values()));

        assertThat(answered).isNotDone();
        mayAnswer.countDown();
        assertThat(answered.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Map.of("fred", "late"));
    }

    /** "Anything attached to one vhost can talk to anything else on the same vhost", and to nothing else. */
    @EveryBroker
    void oneVhostIsOneFabric(TestBroker one, TestBroker other) throws Exception {
        agent(one, "fred", always(0));
        agent(other, "fred", always(0));
        agent(other, "bob", always(0));

        assertThat(mapper(one, "m1", 1)
                        .request("/foo/who", null, CallOptions.all())
                        .await()
                        .values())
                .containsOnlyKeys("fred");
        assertThat(mapper(other, "m1", 2)
                        .request("/foo/who", null, CallOptions.all())
                        .await()
                        .values())
                .containsOnlyKeys("fred", "bob");
    }
}
