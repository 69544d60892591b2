package io.nanite.examples.simple;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.ActorFolder;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.LoadedActors;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.Outcomes;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** Agents and mappers that meet at a real broker. */
class FabricTest {

    private static final String ECHO = "/simple/echo";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** For an answer: a node alone may take a minute to start again. */
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final LoadedActors jars = ActorFolder.of(Path.of("")).load();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        jars.close();
    }

    private static RabbitConfig login(TestBroker broker, String user, String name) {
        return RabbitConfig.of(broker.uri(user)).withName(name);
    }

    private Agent agent(TestBroker broker, String name) {
        return agent(broker, AgentConfig.named(name));
    }

    private Agent agent(TestBroker broker, AgentConfig config) {
        Agent agent = Agent.start(
                config.withGrace(Duration.ofSeconds(5)),
                new RabbitTransport(login(broker, "nanite", config.identity().value())),
                jars.asModule());
        open.add(agent);
        return agent;
    }

    private Mapper mapper(TestBroker broker, String name, int agents) throws InterruptedException {
        Mapper mapper = Mapper.start(
                MapperConfig.named(name).withTimeout(TIMEOUT),
                new RabbitTransport(login(broker, "mapper", "mapper-" + name)));
        open.add(mapper);
        assertThat(mapper.awaitService(ECHO, agents, PATIENCE)).isTrue();
        return mapper;
    }

    @EveryBroker
    void anActorAnswersWhatItIsAsked(TestBroker broker) throws Exception {
        agent(broker, "fred");
        Mapper mapper = mapper(broker, "m1", 1);

        assertThat(mapper.request("/simple/hello", null).await().values()).isEqualTo(Map.of("fred", "hello nanite"));
        assertThat(mapper.request(ECHO, Map.of("k", List.of(1, "é☃😀"))).await().values())
                .isEqualTo(Map.of("fred", Map.of("k", List.of(1, "é☃😀"))));
        assertThat(mapper.request("/simple/add", Map.of("a", 20, "b", 22))
                        .await()
                        .values())
                .isEqualTo(Map.of("fred", 42));
        assertThat(mapper.request("/simple/count", 3).await().values()).isEqualTo(Map.of("fred", 3));
        Outcome bad = mapper.request("/simple/add", "no numbers").await().single();
        assertThat(bad.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(((Outcome.Failure) bad).kind()).isEqualTo("BadPayload");
    }

    @EveryBroker
    void aJobTellsHowItGoesInterfacesCallAndWhatIsCancelledStops(TestBroker broker) throws Exception {
        agent(broker, "fred");
        Mapper mapper = mapper(broker, "m1", 1);

        Job counted = mapper.request("/simple/count", 3);
        counted.await();
        assertThat(counted.progress()).extracting(news -> news.value().value()).containsExactly(1, 2, 3);

        assertThat(mapper.proxy(Calls.class, "simple", CallOptions.DEFAULT).echo("typed"))
                .isEqualTo("typed");

        Job napping = mapper.request("/simple/nap", 60_000);
        CompletableFuture<Object> begun = new CompletableFuture<>();
        napping.onProgress("begun", begun::complete);
        begun.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        napping.cancel();
        assertThat(((Outcome.Failure) napping.await().single()).message()).isEqualTo("cancelled while it ran");
    }

    /** Some of what the actor exposes. */
    interface Calls {
        String echo(String text);
    }

    @EveryBroker
    void whatIsNotExposedCannotBeCalled(TestBroker broker) throws Exception {
        agent(broker, "fred");
        Mapper mapper = mapper(broker, "m1", 1);

        for (String path : List.of("/simple/secret", "/simple/get_class", "/simple/hashCode", "/simple/toString")) {
            assertThat(mapper.request(path, null).outcomes().toCompletableFuture())
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withMessageContaining("no live agent offers it");
        }
    }

    @EveryBroker
    void allAgentsAnswerARequestToAll(TestBroker broker) throws Exception {
        agent(broker, "fred");
        agent(broker, "bob");
        agent(broker, "eve");
        Mapper mapper = mapper(broker, "m1", 3);

        Outcomes outcomes = mapper.request(ECHO, "hi", CallOptions.all()).await();

        assertThat(outcomes.values()).isEqualTo(Map.of("fred", "hi", "bob", "hi", "eve", "hi"));
    }

    @EveryBroker
    void tenThousandRequestsEachGetTheirOwnAnswerOnce(TestBroker broker) throws Exception {
        agent(broker, "fred");
        agent(broker, "bob");
        Mapper mapper = mapper(broker, "m1", 2);
        Map<Integer, Job> jobs = new HashMap<>();

        for (int i = 0; i < 10_000; i++) {
            jobs.put(i, mapper.request(ECHO, i));
        }

        for (Map.Entry<Integer, Job> job : jobs.entrySet()) {
            assertThat(job.getValue().await().values().values()).containsExactly(job.getKey());
        }
        assertThat(mapper.pending()).isZero();
    }

    @EveryBroker
    void anyNumberOfMappersShareTheAgentsAndGetOnlyTheirOwnAnswers(TestBroker broker) throws Exception {
        agent(broker, "fred");
        agent(broker, "bob");
        Mapper one = mapper(broker, "m1", 2);
        Mapper two = mapper(broker, "m2", 2);
        List<Job> ones = new ArrayList<>();
        List<Job> twos = new ArrayList<>();

        for (int i = 0; i < 1_000; i++) {
            ones.add(one.request(ECHO, "one " + i));
            twos.add(two.request(ECHO, "two " + i));
        }

        for (int i = 0; i < 1_000; i++) {
            assertThat(ones.get(i).await().values().values()).containsExactly("one " + i);
            assertThat(twos.get(i).await().values().values()).containsExactly("two " + i);
        }
    }

    @EveryBroker
    void anAgentThatClosesIsGoneAtOnceAndItsQueueWithIt(TestBroker broker) throws Exception {
        Agent fred = agent(broker, "fred");
        agent(broker, "bob");
        Mapper mapper = mapper(broker, "m1", 2);

        fred.close();

        for (int i = 0; i < 100; i++) {
            assertThat(mapper.request(ECHO, i).await().byAgent()).containsOnlyKeys(Identity.agent("bob"));
        }
    }

    @EveryBroker
    void pushesReachAnAgentAndWantNoAnswer(TestBroker broker) throws Exception {
        Agent fred = agent(broker, "fred");
        Mapper mapper = mapper(broker, "m1", 1);

        for (int i = 0; i < 500; i++) {
            assertThat(mapper.push("/simple/hello", null)
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS)
                            .agents())
                    .containsExactly(Identity.agent("fred"));
        }

        org.awaitility.Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> fred.tally().executed() == 500);
    }

    @EveryBroker(own = true)
    void requestsInFlightSurviveARestartOfTheBroker(TestBroker broker) throws Exception {
        Agent fred = agent(broker, "fred");
        Agent bob = agent(broker, "bob");
        Mapper mapper = mapper(broker, "m1", 2);
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            jobs.add(mapper.request(ECHO, i));
        }

        broker.restart();

        for (int i = 0; i < 2_000; i++) {
            assertThat(jobs.get(i).await().values().values()).containsExactly(i);
        }
        assertThat(fred.tally().executed() + bob.tally().executed()).isGreaterThanOrEqualTo(2_000);
    }
}
