package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.agent.actor.NestedCall;
import io.nanite.agent.actor.NestedCallException;
import io.nanite.agent.actor.NestedCallOptions;
import io.nanite.core.packet.Outcome;
import io.nanite.faultkit.Child;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Actors that call actors on other agents, through mappers that come and go. */
class NestedCallsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    record Size(int w, int h) {}

    /** What is called by others. */
    @Actor("leaf")
    static final class Leaf {

        final AtomicInteger executions = new AtomicInteger();
        final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
        final BlockingQueue<String> stopped = new LinkedBlockingQueue<>();
        final CountDownLatch gate = new CountDownLatch(1);

        @Expose
        Object echo(Object payload) {
            executions.incrementAndGet();
            return payload;
        }

        @Expose
        Size size(String text) {
            return new Size(text.length(), 1);
        }

        @Expose
        String fail() {
            throw new IllegalArgumentException("not today");
        }

        @Expose
        String count(int to, ActorContext job) {
            for (int i = 1; i <= to; i++) {
                job.progress("step", i);
            }
            return "counted";
        }

        @Expose
        long left(ActorContext job) {
            return job.remaining().orElse(Duration.ZERO).toMillis();
        }

        /** Ends when the gate opens. */
        @Expose
        Object hold(Object payload) throws InterruptedException {
            executions.incrementAndGet();
            begun.add(String.valueOf(payload));
            try {
                gate.await();
                return payload;
            } catch (InterruptedException e) {
                stopped.add(String.valueOf(payload));
                throw e;
            }
        }
    }

    /** What calls others. */
    @Actor("root")
    static final class Root {

        @Expose
        @Nullable
        Object call(Map<String, Object> call, ActorContext job) throws InterruptedException {
            return job.request((String) call.get("service"), call.get("payload"))
                    .value(Object.class);
        }

        @Expose
        Map<String, Object> all(Object payload, ActorContext job) throws InterruptedException {
            Map<String, Object> values = new TreeMap<>();
            job.request("/leaf/echo", payload, NestedCallOptions.all())
                    .await()
                    .forEach((agent, outcome) -> values.put(
                            agent.name(), ((Outcome.Success) outcome).payload().value() + ""));
            return values;
        }

        @Expose
        CompletionStage<Integer> typed(String text, ActorContext job) {
            return job.request("/leaf/size", text, Size.class).thenApply(Size::w);
        }

        @Expose
        List<String> follow(int to, ActorContext job) throws InterruptedException {
            List<String> news = new ArrayList<>();
            NestedCall call = job.request("/leaf/count", to);
            CompletableFuture<Void> ended = new CompletableFuture<>();
            call.onProgress(one -> news.add(
                    one.from().name() + " " + one.key() + " " + one.message().value()));
            call.outcomes().whenComplete((outcomes, error) -> ended.complete(null));
            call.await();
            ended.join();
            return news;
        }

        @Expose
        CompletionStage<String> tell(Object payload, ActorContext job) {
            return job.push("/leaf/echo", payload).thenApply(token -> token.value());
        }

        @Expose
        int depth(int depth, ActorContext job) throws InterruptedException {
            Integer reached = job.request("/root/depth", depth + 1).value(Integer.class);
            return reached == null ? 0 : reached;
        }

        @Expose
        String from(ActorContext job) {
            return job.from().value();
        }

        @Expose
        String refusedBy(String service, ActorContext job) throws InterruptedException {
            try {
                return job.request(service, null, NestedCallOptions.DEFAULT.withTimeout(Duration.ofSeconds(5)))
                        .await()
                        .toString();
            } catch (NestedCallException e) {
                return e.failure().verdict() + " " + e.failure().kind();
            }
        }
    }

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Agent> agents = new ArrayList<>();
    private final Leaf leaf = new Leaf();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private Agent agent(TestBroker broker, String name, Object actor) {
        Agent agent = Agent.start(
                AgentConfig.named(name).withGrace(Duration.ofSeconds(1)).withPingTime(Duration.ofMillis(500)),
                new RabbitTransport(RabbitConfig.of(broker.uri("nanite")).withName("nanite-" + name)),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(actor);
                    }
                });
        open.add(agent);
        agents.add(agent);
        return agent;
    }

    private Mapper mapper(TestBroker broker, String name) throws InterruptedException {
        Mapper mapper = Mapper.start(
                MapperConfig.named(name).withTimeout(PATIENCE),
                new RabbitTransport(RabbitConfig.of(broker.uri("mapper")).withName("mapper-" + name)));
        open.add(mapper);
        return mapper;
    }

    /** A root, leaves of these names, and a mapper that knows them all. */
    private Mapper fabric(TestBroker broker, String... leaves) throws InterruptedException {
        agent(broker, "root", new Root());
        for (String name : leaves) {
            agent(broker, name, leaf);
        }
        Mapper mapper = mapper(broker, "m1");
        assertThat(mapper.awaitService("/root/call", 1, PATIENCE)).isTrue();
        assertThat(mapper.awaitService("/leaf/echo", leaves.length, PATIENCE)).isTrue();
        return mapper;
    }

    private static Map<String, Object> to(String service, Object payload) {
        return Map.of("service", service, "payload", payload);
    }

    private static @Nullable Object value(Job job) throws InterruptedException {
        Outcome outcome = job.await().single();
        assertThat(outcome).isInstanceOf(Outcome.Success.class);
        return ((Outcome.Success) outcome).payload().value();
    }

    private static Outcome.Failure failure(Job job) throws InterruptedException {
        return (Outcome.Failure) job.await().single();
    }

    @EveryBroker
    void anActorAsksAnotherAndGetsWhatItReturns(TestBroker broker) throws Exception {
        Mapper mapper = fabric(broker, "leaf");

        Object payload = Map.of("k", List.of(1, 2.5, "é☃😀"));
        assertThat(value(mapper.request("/root/call", to("/leaf/echo", payload))))
                .isEqualTo(payload);
        assertThat(value(mapper.request("/root/typed", "hello"))).isEqualTo(5);
        assertThat(value(mapper.request("/root/call", to("/root/from", "x")))).isEqualTo("nanite-root");
        Outcome.Failure failed = failure(mapper.request("/root/call", to("/leaf/fail", "x")));
        assertThat(failed.kind()).isEqualTo("NestedCallException");
        assertThat(failed.message()).isEqualTo("FAILED: IllegalArgumentException: not today");
        assertThat(value(mapper.request("/root/refusedBy", "/nobody/here"))).isEqualTo("FAILED NoAgent");
    }

    @EveryBroker
    void anActorAsksAllAndPushesAndHearsNews(TestBroker broker) throws Exception {
        Mapper mapper = fabric(broker, "one", "two", "three");

        assertThat(value(mapper.request("/root/all", "hi"))).isEqualTo(Map.of("one", "hi", "two", "hi", "three", "hi"));
        assertThat(value(mapper.request("/root/follow", 3)).toString())
                .matches("\\[(one|two|three) step 1, \\1 step 2, \\1 step 3]");
        int before = leaf.executions.get();
        assertThat(value(mapper.request("/root/tell", "pushed"))).asString().hasSize(32);
        Awaitility.await().atMost(PATIENCE).until(() -> leaf.executions.get() == before + 1);
    }

    @EveryBroker
    void aNestedCallHasNoMoreTimeThanIsLeft(TestBroker broker) throws Exception {
        Mapper mapper = fabric(broker, "leaf");

        Job job = mapper.request(
                "/root/call", to("/leaf/left", "x"), CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(20)));

        assertThat(((Number) value(job)).longValue()).isBetween(1L, 20_000L);
    }

    @EveryBroker
    void aLoopEndsWithTheWayThatItTook(TestBroker broker) throws Exception {
        Mapper mapper = fabric(broker, "leaf");

        Outcome.Failure refused = failure(mapper.request("/root/depth", 0));

        assertThat(refused.message())
                .contains("REFUSED: TooDeep: /root/depth → /root/depth → ")
                .endsWith("→ /root/depth (expected: at most 16 calls inside one another)");
    }

    @EveryBroker
    void ofTwoMappersOneDoesIt(TestBroker broker) throws Exception {
        Mapper mapper = fabric(broker, "leaf");
        assertThat(mapper(broker, "m2").awaitService("/leaf/echo", 1, PATIENCE)).isTrue();

        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            jobs.add(mapper.request("/root/call", to("/leaf/echo", i)));
        }

        for (int i = 0; i < 10; i++) {
            assertThat(value(jobs.get(i))).isEqualTo(i);
        }
        assertThat(leaf.executions).hasValue(10);
    }

    @EveryBroker
    void whatAMapperLeavesWhenItClosesAnotherFinishes(TestBroker broker) throws Exception {
        Mapper caller = fabric(broker, "leaf");
        Mapper other = mapper(broker, "m2");
        assertThat(other.awaitService("/leaf/echo", 1, PATIENCE)).isTrue();

        Job job = heldBy(() -> other.pending() > 0, caller);
        other.close();
        leaf.gate.countDown();

        assertThat(value(job)).isEqualTo("x");
    }

    @EveryBroker
    void whatAKilledMapperHadAnotherFinishes(TestBroker broker, @TempDir Path folder) throws Exception {
        Mapper caller = fabric(broker, "leaf");
        try (Daemons daemons = new Daemons(folder, broker)) {
            Child other = daemons.standingMapper("m2");
            other.awaitLine("nanite-leaf is here", PATIENCE);

            AtomicInteger before = new AtomicInteger(caller.pending());
            // Of a request whose nested call another mapper has, only the outer one is open here.
            Job job = heldBy(() -> caller.pending() == 1 + before.getAndSet(caller.pending()), caller);
            other.kill();
            leaf.gate.countDown();

            assertThat(value(job)).isEqualTo("x");
        }
    }

    /** A request whose nested call the mapper has that the condition is about; the broker takes turns. */
    private Job heldBy(BooleanSupplier other, Mapper caller) throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            Job job = caller.request("/root/call", to("/leaf/hold", "x"));
            assertThat(leaf.begun.poll(60, TimeUnit.SECONDS)).isEqualTo("x");
            if (other.getAsBoolean()) {
                return job;
            }
        }
        throw new AssertionError("the other mapper was never asked");
    }

    @EveryBroker(own = true)
    void whatIsOpenSurvivesARestartOfTheBrokerAndIsDoneOnce(TestBroker broker) throws Exception {
        Mapper mapper = fabric(broker, "leaf");
        Job job = mapper.request("/root/call", to("/leaf/hold", "x"));
        assertThat(leaf.begun.poll(60, TimeUnit.SECONDS)).isEqualTo("x");

        broker.restart();
        awaitBack(mapper);
        assertThat(value(mapper.request("/root/call", to("/leaf/echo", "y")))).isEqualTo("y");
        leaf.gate.countDown();

        assertThat(value(job)).isEqualTo("x");
        assertThat(leaf.executions).hasValue(2);
        Awaitility.await().atMost(PATIENCE).until(() -> mapper.pending() == 0);
    }

    /** Whoever comes back late is not known until it has registered, and who asks for it meanwhile is told so. */
    private void awaitBack(Mapper mapper) throws InterruptedException {
        long restarted = System.nanoTime();
        Awaitility.await().atMost(PATIENCE).until(() -> {
            Duration since = Duration.ofNanos(System.nanoTime() - restarted);
            return agents.stream().allMatch(agent -> agent.lastPing()
                    .filter(ago -> ago.compareTo(since) < 0)
                    .isPresent());
        });
        assertThat(mapper.awaitService("/root/call", 1, PATIENCE)).isTrue();
        assertThat(mapper.awaitService("/leaf/echo", 1, PATIENCE)).isTrue();
    }

    @EveryBroker
    void whatAnAgentAsksWaitsForAMapper(TestBroker broker) throws Exception {
        Mapper caller = fabric(broker, "leaf");
        Mapper deaf = Mapper.start(
                MapperConfig.named("m2").withTimeout(PATIENCE).withAgentCalls(false),
                new RabbitTransport(RabbitConfig.of(broker.uri("mapper")).withName("mapper-m2")));
        open.add(deaf);
        assertThat(deaf.awaitService("/root/call", 1, PATIENCE)).isTrue();
        caller.close();

        Job job = deaf.request("/root/call", to("/leaf/echo", "x"));
        assertThat(value(deaf.request("/root/refusedBy", "/leaf/hold"))).isEqualTo("TIMEOUT TimedOut");
        assertThat(job.isDone()).isFalse();
        mapper(broker, "m3");

        assertThat(value(job)).isEqualTo("x");
    }

    @EveryBroker
    void whereNoMapperHasEverServedAgentsAQuestionFailsAtOnce(TestBroker broker) throws Exception {
        agent(broker, "root", new Root());
        Mapper deaf = Mapper.start(
                MapperConfig.named("m1").withTimeout(PATIENCE).withAgentCalls(false),
                new RabbitTransport(RabbitConfig.of(broker.uri("mapper")).withName("mapper-m1")));
        open.add(deaf);
        assertThat(deaf.awaitService("/root/call", 1, PATIENCE)).isTrue();

        assertThat(value(deaf.request("/root/refusedBy", "/leaf/echo"))).isEqualTo("FAILED NoMapper");
    }

    @EveryBroker
    void whatIsCancelledStopsWhatItAskedFor(TestBroker broker) throws Exception {
        Mapper mapper = fabric(broker, "leaf");
        assertThat(mapper(broker, "m2").awaitService("/leaf/echo", 1, PATIENCE)).isTrue();
        Job job = mapper.request("/root/call", to("/root/call", to("/leaf/hold", "x")));
        assertThat(leaf.begun.poll(60, TimeUnit.SECONDS)).isEqualTo("x");

        job.cancel();

        assertThat(failure(job).message()).isEqualTo("cancelled while it ran");
        assertThat(leaf.stopped.poll(60, TimeUnit.SECONDS)).isEqualTo("x");
    }
}
