package io.nanite.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Inject;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.agent.actor.NestedCall;
import io.nanite.agent.actor.NestedCallOptions;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Tags;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Verdict;
import io.nanite.core.security.Decision;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.CallRefusedException;
import io.nanite.mapper.Explanation;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.MapperListener;
import io.nanite.mapper.NoAgentException;
import io.nanite.mapper.Outcomes;
import io.nanite.mapper.Pushed;
import io.nanite.mapper.RequestInterceptor;
import io.nanite.mapper.UnknownAgentException;
import io.nanite.mapper.UnknownSelectorException;
import io.nanite.mapper.selector.Candidate;
import io.nanite.mapper.selector.Selectors;
import io.nanite.testkit.InMemoryBroker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything that the guide shows, done. */
class GuideTest {

    // region shapes
    @Actor("tool")
    static final class Toolbox {

        private final Clock clock;

        @Inject
        Toolbox(Clock clock) {
            this.clock = clock;
        }

        /** /tool/time: takes nothing. */
        @Expose
        Instant time() {
            return clock.instant();
        }

        /** /tool/greet: takes the payload, as the type that it wants. */
        @Expose("greet")
        String sayHelloTo(String name) {
            return "hello " + name;
        }

        /** /tool/left: takes the payload and what is known of the job. */
        @Expose
        String left(Map<String, Object> unused, ActorContext job) {
            return "%s, try %d, %d s left"
                    .formatted(
                            job.from(),
                            job.attempt(),
                            job.remaining().orElse(Duration.ZERO).toSeconds());
        }

        /** /tool/later: a stage is awaited. */
        @Expose
        CompletableFuture<Integer> later(int number) {
            return CompletableFuture.completedFuture(number + 1);
        }

        /** /tool/size: a record becomes a JSON object, and back. */
        @Expose
        Size size(String text, ActorContext job) {
            job.progress("percent", 50);
            job.progress("percent", 100);
            return new Size(text.length(), 1);
        }

        /** Not exposed: nobody outside this process can call it. */
        String secret() {
            return "secret";
        }
    }
    // endregion shapes

    // region nested
    @Actor("desk")
    static final class Desk {

        /** /desk/welcome: asks an agent, waits, and makes something of its answer. */
        @Expose
        String welcome(String name, ActorContext job) throws InterruptedException {
            String greeting = job.request("/tool/greet", name).value(String.class);
            return greeting + ", come in";
        }

        /** /desk/size: hands on what another actor returns. */
        @Expose
        CompletionStage<Size> size(String text, ActorContext job) {
            return job.request("/tool/size", text, Size.class);
        }

        /** /desk/everybody: asks all who can, and says who succeeded. */
        @Expose
        List<String> everybody(String name, ActorContext job) throws InterruptedException {
            NestedCallOptions options = NestedCallOptions.all().withTimeout(Duration.ofSeconds(3));
            NestedCall call = job.request("/tool/greet", name, options)
                    .onProgress(step -> job.progress(step.key(), step.message()));
            return call.await().entrySet().stream()
                    .filter(entry -> entry.getValue().ok())
                    .map(entry -> entry.getKey().name())
                    .sorted()
                    .toList();
        }

        /** /desk/hand_on: gives work away, and is done when the broker has it. */
        @Expose("hand_on")
        CompletionStage<Token> handOn(String name, ActorContext job) {
            return job.push("/tool/greet", name);
        }
    }
    // endregion nested

    // region proxy-interface
    interface Tool {

        String greet(String name);

        CompletionStage<Size> size(String text);
    }
    // endregion proxy-interface

    private final AtomicInteger depth = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();
    private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final Agent fred = agent("fred", Set.of("gpu", "london"));
    private final Agent bob = agent("bob", Set.of("london"));
    private final Mapper mapper = mapper();

    private Agent agent(String name, Set<String> tags) {
        // region module
        AgentModule module = new AgentModule() {
            @Override
            protected void configure() {
                actor(Toolbox.class);
                bind(Clock.class).toInstance(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
                statusProbe(() -> Status.of(depth.get()));
                interceptor((job, call) -> {
                    calls.incrementAndGet();
                    return call.proceed();
                });
                authorizer(packet ->
                        packet instanceof Push push && push.service().method().equals("time")
                                ? Decision.denied("nobody needs to be told the time")
                                : Decision.allowed());
            }
        };
        // endregion module
        // region config
        AgentConfig config = AgentConfig.named(name)
                .withSlots(16)
                .withPingTime(Duration.ofSeconds(5))
                .withGrace(Duration.ofSeconds(10))
                .withTags(tags);
        // endregion config
        return Agent.create(config, broker.transport(name), module);
    }

    private Mapper mapper() {
        // region custom
        Selectors selectors = Selectors.standard(new SplittableRandom())
                .with("most_slots", (demand, able) -> able.stream()
                        .max(Comparator.comparingInt(Candidate::slots))
                        .map(List::of)
                        .orElseThrow());
        Mapper mapper = Mapper.with(MapperConfig.named("web1").withTimeout(Duration.ofSeconds(20)))
                .selectors(selectors)
                .listener(new MapperListener() {
                    @Override
                    public void registered(Identity agent, Mapper by) {
                        news.add(agent.name() + " is here");
                    }

                    @Override
                    public void unregistered(Identity agent, Mapper by) {
                        news.add(agent.name() + " has left");
                    }

                    @Override
                    public void timedOut(Identity agent, Mapper by) {
                        news.add(agent.name() + " is gone");
                    }
                })
                .start(broker.transport("mapper"));
        // endregion custom
        return mapper;
    }

    @BeforeEach
    void start() throws InterruptedException {
        fred.start();
        bob.start();
        assertThat(mapper.awaitService("/tool/greet", 2, Duration.ofSeconds(10)))
                .isTrue();
    }

    @AfterEach
    void close() {
        mapper.close();
        fred.close();
        bob.close();
    }

    @Test
    void actorsTakeAndGiveWhatTheySay() throws InterruptedException {
        assertThat(ask("/tool/time", null)).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(ask("/tool/greet", "ann")).isEqualTo("hello ann");
        assertThat(ask("/tool/left", Map.of())).startsWith("mapper-web1, try 1, ");
        assertThat(ask("/tool/later", 1)).hasToString("2");
        assertThat(calls).hasValue(4);
        assertThatThrownBy(() -> ask("/tool/secret", null)).isInstanceOf(NoAgentException.class);
    }

    private String ask(String service, @Nullable Object payload) throws InterruptedException {
        Outcome outcome = mapper.request(service, payload).await().single();
        return String.valueOf(((Outcome.Success) outcome).payload().value());
    }

    @Test
    void aCallerChoosesWho() throws InterruptedException {
        // region options
        mapper.request("/tool/greet", "one"); // the least loaded agent
        mapper.request("/tool/greet", "each", CallOptions.all()); // an answer from every agent
        mapper.request("/tool/greet", "fred", CallOptions.target("fred")); // this agent or nobody
        mapper.request(
                "/tool/greet",
                "somebody",
                CallOptions.DEFAULT
                        .withSelector(Selectors.ROUND_ROBIN)
                        .withTags(Set.of("gpu", "london")) // agents that carry both
                        .withTimeout(Duration.ofSeconds(3))
                        .withPersistent(true)); // outlives a restart of the broker
        // endregion options
        Outcomes gpu = mapper.request("/tool/greet", "you", CallOptions.DEFAULT.withTags(Set.of("gpu")))
                .await();
        assertThat(gpu.byAgent()).containsOnlyKeys(Identity.agent("fred"));
        // region any
        CallOptions there = CallOptions.DEFAULT.withTags(Set.of("london", Tags.any("gpu", "tpu")));
        // endregion any
        assertThat(mapper.request("/tool/greet", "you", there).await().byAgent())
                .containsOnlyKeys(Identity.agent("fred"));
        assertThat(mapper.request("/tool/greet", "you", CallOptions.DEFAULT.withSelector("most_slots"))
                        .await()
                        .ok())
                .isTrue();
    }

    record Size(int w, int h) {}

    @Test
    void aCallerGetsAValueOfItsType() throws Exception {
        // region typed
        CompletionStage<Size> size = mapper.request("/tool/size", "hello", Size.class);
        Tool tool = mapper.proxy(Tool.class); // its methods are services: /tool/greet, /tool/size
        String greeting = tool.greet("ann"); // waits; throws CallFailedException if the agent failed
        CompletionStage<Size> other = tool.size("hi");
        // endregion typed
        assertThat(size.toCompletableFuture().get(10, TimeUnit.SECONDS)).isEqualTo(new Size(5, 1));
        assertThat(other.toCompletableFuture().get(10, TimeUnit.SECONDS)).isEqualTo(new Size(2, 1));
        assertThat(greeting).isEqualTo("hello ann");
    }

    @Test
    void aCallerHearsHowTheWorkGoes() throws Exception {
        // region progress
        Job job = mapper.request("/tool/size", "hello")
                .onProgress(
                        "percent",
                        step -> news.add(
                                step.agent().name() + " " + step.value().value()))
                .onProgress(step -> news.add("any: " + step.key()));
        // endregion progress
        job.outcomes().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(news).contains("any: percent").containsAnyOf("fred 50", "bob 50");
    }

    @Test
    void aCallerAsksWhoWouldGetIt() {
        // region explain
        Explanation explanation = mapper.explain("/tool/greet", CallOptions.DEFAULT.withTags(Set.of("gpu")));
        news.add(explanation.verdict());
        explanation.agents().forEach(one -> news.add(one.agent().identity().name() + ": " + one.why()));
        // endregion explain
        assertThat(news).contains("/tool/greet to fred", "bob: lacks the tags [gpu]");
    }

    @Test
    void aCallerNoLongerWantsIt() throws InterruptedException {
        // region cancel
        Job job = mapper.request("/tool/greet", "ann");
        job.cancel();
        Outcome outcome = job.await().single(); // CANCELLED, and how far it had come; or the answer that was quicker
        // endregion cancel
        assertThat(outcome.verdict()).isIn(Verdict.CANCELLED, Verdict.OK);
    }

    @Test
    void aCallerAsksWhyItWentAsItWent() throws InterruptedException {
        // region why
        Job job = mapper.request("/tool/greet", "ann", CallOptions.target("bob"));
        job.await();
        mapper.why(job.token()).forEach(incident -> news.add(incident.at() + " " + incident.words()));
        // endregion why
        assertThat(news)
                .anyMatch(line -> line.endsWith(" accepted: /tool/greet"))
                .anyMatch(line -> line.endsWith(" sent, nanite-bob: target"))
                .anyMatch(line -> line.endsWith(" outcome, nanite-bob: OK"));
    }

    @Test
    void everyAgentHasAnOutcome() throws InterruptedException {
        // region outcomes
        Outcomes outcomes =
                mapper.request("/tool/greet", "ann", CallOptions.all()).await();
        outcomes.byAgent().forEach((agent, outcome) -> {
            if (outcome instanceof Outcome.Success success) {
                news.add("%s: %s".formatted(agent.name(), success.payload().value()));
            } else if (outcome instanceof Outcome.Failure failure) {
                news.add(
                        "%s: %s, %s: %s".formatted(agent.name(), failure.verdict(), failure.kind(), failure.message()));
            }
        });
        var values = outcomes.values(); // of those that succeeded, by the names of the agents
        List<Identity> silent = outcomes.with(Verdict.TIMEOUT); // who did not answer in time
        // endregion outcomes
        assertThat(values).containsEntry("fred", "hello ann").containsEntry("bob", "hello ann");
        assertThat(silent).isEmpty();
        assertThat(news).contains("fred: hello ann", "bob: hello ann");
    }

    @Test
    void anInterceptorStandsInFrontOfEveryCall() throws InterruptedException {
        // region interceptor
        RequestInterceptor timing = call -> {
            if (call.service().method().equals("time")) {
                throw new CallRefusedException("nobody needs to be told the time");
            }
            call.onEnd(end -> news.add("%s took %s".formatted(call.service(), end.took())));
            return call.withOptions(call.options().withTimeout(Duration.ofSeconds(5)));
        };
        // endregion interceptor
        try (Mapper timed =
                Mapper.with(MapperConfig.named("timed")).interceptor(timing).start(broker.transport("timed"))) {
            timed.awaitService("/tool/greet", 1, Duration.ofSeconds(10));
            timed.request("/tool/greet", "ann").await();
            assertThat(next("/tool/greet took PT")).startsWith("/tool/greet took PT");
            assertThatThrownBy(() -> timed.request("/tool/time", null).await())
                    .isInstanceOf(CallRefusedException.class);
        }
    }

    @Test
    void aThreadNeedNotWait() throws InterruptedException {
        // region async
        mapper.request("/tool/greet", "ann").outcomes().whenComplete((outcomes, error) -> {
            if (error != null) {
                news.add("nobody was asked: " + error.getMessage());
            } else {
                news.add("answer: " + outcomes.values().values());
            }
        });
        // endregion async
        assertThat(next("answer")).isEqualTo("answer: [hello ann]");
    }

    private String next(String start) throws InterruptedException {
        String line = news.poll(10, TimeUnit.SECONDS);
        while (line != null && !line.startsWith(start)) {
            line = news.poll(10, TimeUnit.SECONDS);
        }
        return String.valueOf(line);
    }

    @Test
    void anActorAsksOthers() throws Exception {
        Agent desk = Agent.start(AgentConfig.named("desk"), broker.transport("desk"), new AgentModule() {
            @Override
            protected void configure() {
                actor(Desk.class);
            }
        });
        try (desk) {
            assertThat(mapper.awaitService("/desk/welcome", 1, Duration.ofSeconds(10)))
                    .isTrue();
            assertThat(mapper.request("/desk/welcome", "ann").await().values())
                    .isEqualTo(Map.of("desk", "hello ann, come in"));
            assertThat(mapper.request("/desk/size", "four", Size.class)
                            .toCompletableFuture()
                            .get())
                    .isEqualTo(new Size(4, 1));
            assertThat(mapper.request("/desk/everybody", "x").await().values())
                    .isEqualTo(Map.of("desk", List.of("bob", "fred")));
            assertThat(mapper.request("/desk/hand_on", "x").await().ok()).isTrue();
        }
    }

    @Test
    void aPushSaysWhoHasIt() throws Exception {
        // region push
        Pushed pushed = mapper.push("/tool/greet", "ann", CallOptions.target("bob"))
                .toCompletableFuture()
                .get(); // the broker has it, in the queue of each of these agents
        List<Identity> agents = pushed.agents();
        // endregion push
        assertThat(agents).containsExactly(Identity.agent("bob"));
    }

    @Test
    void whatCannotBeAskedForIsSaidAtOnce() {
        assertThatThrownBy(() -> mapper.request("/tool/nothing", null).await())
                .isInstanceOf(NoAgentException.class)
                .hasMessage("/tool/nothing: no live agent offers it");
        assertThatThrownBy(() -> mapper.request("/tool/greet", "x", CallOptions.target("ann"))
                        .await())
                .isInstanceOf(UnknownAgentException.class);
        assertThatThrownBy(() -> mapper.request("/tool/greet", "x", CallOptions.DEFAULT.withSelector("best"))
                        .await())
                .isInstanceOf(UnknownSelectorException.class);
    }

    @Test
    void agentsComeAndGo() throws InterruptedException {
        fred.close();
        assertThat(next("fred has left")).isEqualTo("fred has left");
        assertThat(mapper.agents()).extracting(agent -> agent.identity().name()).containsExactly("bob");
    }

    @Test
    void aServiceIsTestedWithoutABroker() throws InterruptedException {
        // region test
        InMemoryBroker broker = InMemoryBroker.threaded();
        try (Agent agent = Agent.start(AgentConfig.named("a"), broker.transport("a"), new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(Prices.class);
                    }
                });
                Mapper mapper = Mapper.start(MapperConfig.named("test"), broker.transport("test"))) {
            mapper.awaitService("/prices/total", 1, Duration.ofSeconds(5));
            Outcomes outcomes =
                    mapper.request("/prices/total", new Prices.Order("tea", 2)).await();
            assertThat(outcomes.values().get(agent.identity().name())).hasToString("500");
        }
        // endregion test
    }
}
