package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Identity;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.MapperListener;
import io.nanite.testkit.InMemoryBroker;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What agents and requests can be told to do, one by one and many at once. */
class AgentActionsTest {

    @Actor("it")
    static final class It {

        private final CountDownLatch release = new CountDownLatch(1);
        private final AtomicInteger calls = new AtomicInteger();

        @Expose
        public Object echo(Object payload) {
            calls.incrementAndGet();
            return payload;
        }

        @Expose
        public String waits() throws InterruptedException {
            release.await();
            return "released";
        }
    }

    /** Keeps files in memory, as a folder would. */
    static final class MemoryStore implements TowerStore {

        final Map<String, byte[]> files = new ConcurrentHashMap<>();

        @Override
        public Optional<byte[]> read(String name) {
            return Optional.ofNullable(files.get(name)).map(byte[]::clone);
        }

        @Override
        public void replace(String name, byte[] content) {
            files.put(name, content.clone());
        }

        @Override
        public void write(String name, long offset, byte[] content) {
            files.merge(name, content, (before, unused) -> {
                byte[] longer = new byte[(int) Math.max(before.length, offset + content.length)];
                System.arraycopy(before, 0, longer, 0, before.length);
                System.arraycopy(content, 0, longer, (int) offset, content.length);
                return longer;
            });
        }

        @Override
        public String moveAside(String name) {
            byte[] content = files.remove(name);
            if (content != null) {
                files.put(name + ".aside", content);
            }
            return name + ".aside";
        }
    }

    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final It it = new It();
    private final Mapper mapper = Mapper.start(MapperConfig.named("m"), broker.transport("m"));
    private final MemoryStore store = new MemoryStore();
    private final List<Agent> agents = new ArrayList<>();
    private final BlockingQueue<String> came = new LinkedBlockingQueue<>();
    private TestTower tower = tower();

    @BeforeEach
    void listen() {
        mapper.listen(new MapperListener() {
            @Override
            public void registered(Identity agent, Mapper by) {
                came.add(agent.name());
            }
        });
    }

    private TestTower tower() {
        return TestTower.of(ControlTower.with(TestTower.config()).store(store), mapper);
    }

    /** Returns when the mapper has seen it, if only for the moment until it is sent to rest. */
    private Agent agent(String name) throws InterruptedException {
        Agent agent = Agent.start(AgentConfig.named(name).withSlots(4), broker.transport(name), new AgentModule() {
            @Override
            protected void configure() {
                actor(it);
            }
        });
        agents.add(agent);
        assertThat(came.poll(60, TimeUnit.SECONDS)).isEqualTo(name);
        return agent;
    }

    @AfterEach
    void close() {
        it.release.countDown();
        tower.close();
        agents.forEach(Agent::close);
        mapper.close();
    }

    private JsonNode told(String path) throws Exception {
        HttpResponse<String> answer = tower.method("POST", "/api/v1/agents/" + path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TestTower.JSON.readTree(answer.body());
    }

    private String state(String agent) throws Exception {
        return tower.json("/api/v1/agents/" + agent).get("agent").get("state").asString();
    }

    private void awaitState(String agent, String wanted) throws Exception {
        try (EventReader events = tower.events("/api/v1/events")) {
            if (!state(agent).equals(wanted)) {
                events.await(event ->
                        event.data().toString().contains("\"name\":\"%s\",\"state\":\"%s\"".formatted(agent, wanted)));
            }
        }
    }

    private JsonNode bulk(Map<String, ?> order, int status) throws Exception {
        HttpResponse<String> answer = tower.post("/api/v1/bulk", order);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return TestTower.JSON.readTree(answer.body());
    }

    @Test
    void anAgentIsDrainedAndResumed() throws Exception {
        agent("fred");
        assertThat(told("fred/ping").get("value").get("millis").asDouble()).isPositive();
        assertThat(told("fred/threads").get("value").asString()).contains("nanite-fred");

        assertThat(told("fred/drain").get("ok").asBoolean()).isTrue();
        awaitState("fred", "draining");
        assertThat(tower.json("/api/v1/verdict").get("level").asString()).isEqualTo("warn");

        assertThat(told("fred/resume").get("ok").asBoolean()).isTrue();
        assertThat(mapper.awaitService("/it/echo", 1, Duration.ofSeconds(10))).isTrue();
        awaitState("fred", "ready");
        assertThat(tower.json("/api/v1/agents?state=draining").get("agents").size())
                .isZero();
    }

    @Test
    void whoIsNotThereDoesNotAnswer() throws Exception {
        Agent fred = agent("fred");
        fred.close();
        awaitState("fred", "gone");

        assertThat(tower.method("POST", "/api/v1/agents/fred/ping").statusCode())
                .isEqualTo(504);
        assertThat(tower.method("POST", "/api/v1/agents/nobody/ping").statusCode())
                .isEqualTo(404);
        assertThat(tower.post("/api/v1/agents/fred/log-level", Map.of("level", "loud"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aQuarantinedAgentIsDrainedWheneverItComesUntilItIsReleased() throws Exception {
        Agent fred = agent("fred");
        told("fred/quarantine");
        awaitState("fred", "quarantined");
        assertThat(tower.method("POST", "/api/v1/agents/fred/resume").statusCode())
                .isEqualTo(409);
        assertThat(new String(store.files.get("quarantine.txt"), StandardCharsets.UTF_8))
                .isEqualTo("fred");

        fred.close();
        tower.close();
        tower = tower(); // another life of the tower
        assertThat(tower.json("/api/v1/agents").get("quarantined").toString()).isEqualTo("[\"fred\"]");
        Agent again = agent("fred");
        awaitState("fred", "quarantined");
        try (EventReader events = tower.events("/api/v1/events")) {
            if (!mapper.agents().isEmpty()) {
                events.await(event -> mapper.agents().isEmpty());
            }
        }

        told("fred/release");
        assertThat(mapper.awaitService("/it/echo", 1, Duration.ofSeconds(10))).isTrue();
        awaitState("fred", "ready");
        assertThat(store.files.get("quarantine.txt")).isEmpty();
        assertThat(tower.method("POST", "/api/v1/agents/fred/release").statusCode())
                .isEqualTo(404);
        again.close();
    }

    @Test
    void aListThatIsNoneIsSetAsideAndNobodyIsKept() throws Exception {
        tower.close();
        store.files.put("quarantine.txt", "<html>\n".getBytes(StandardCharsets.UTF_8));
        tower = tower();

        assertThat(tower.json("/api/v1/agents").get("quarantined").size()).isZero();
        assertThat(store.files).containsKey("quarantine.txt.aside");
    }

    @Test
    void manyAreDoneAtOnceOnlyIfTheyAreAsManyAsWasSaid() throws Exception {
        agent("fred");
        agent("mary");
        agent("bob");
        Map<String, String> filter = Map.of("q", "r");
        Map<String, Object> order = new HashMap<>(Map.of("action", "drain", "filter", filter, "dryRun", true));

        JsonNode count = bulk(order, 200);
        assertThat(count.get("count").asInt()).isEqualTo(2);
        assertThat(count.get("sample").toString()).isEqualTo("[\"fred\",\"mary\"]");
        order.remove("dryRun");
        assertThat(bulk(order, 409).get("detail").asString()).contains("2, which match now");
        order.put("expected", 3);
        bulk(order, 409);
        assertThat(mapper.agents()).hasSize(3);

        order.put("expected", 2);
        assertThat(bulk(order, 200).get("done").asInt()).isEqualTo(2);
        awaitState("fred", "draining");
        awaitState("mary", "draining");
        assertThat(state("bob")).isEqualTo("ready");
        assertThat(bulk(Map.of("action", "resume", "expected", 2), 200)
                        .get("failed")
                        .asInt())
                .isZero();
        assertThat(bulk(Map.of("action", "explode"), 400).get("detail").asString())
                .contains("cancel", "drain", "retry");
        bulk(Map.of("action", "drain", "filter", Map.of("state", "asleep"), "dryRun", true), 400);
    }

    @Test
    void openRequestsAreCancelledAndEndedOnesSentAgainTogether() throws Exception {
        agent("fred");
        for (int i = 0; i < 3; i++) {
            tower.send(Map.of("service", "/it/waits", "timeoutMillis", 60_000));
        }

        assertThat(bulk(Map.of("action", "cancel", "expected", 3), 200)
                        .get("done")
                        .asInt())
                .isEqualTo(3);
        try (EventReader events = tower.events("/api/v1/events")) {
            while (tower.json("/api/v1/requests?state=open").get("total").asInt() > 0) {
                events.next();
            }
        }
        String token = tower.send(Map.of("service", "/it/echo", "payload", Map.of("needle", 1)));
        try (EventReader answers = tower.events("/api/v1/requests/%s/events".formatted(token))) {
            answers.rest();
        }
        tower.awaitEnded(token);
        Map<String, Object> retry = Map.of("action", "retry", "filter", Map.of("q", "NEEDLE"), "expected", 1);
        bulk(retry, 200);
        JsonNode found = tower.json("/api/v1/requests?q=needle&service=/it/echo");
        assertThat(found.get("total").asInt()).isEqualTo(2);
    }

    @Test
    void aRequestIsSentAgainAsItWasUnlessItsPayloadWasTooLarge() throws Exception {
        agent("fred");
        Map<String, Object> asked =
                Map.of("service", "/it/echo", "payload", List.of("x", 1), "target", "fred", "timeoutMillis", 7000);
        String token = tower.send(asked);

        HttpResponse<String> again = tower.method("POST", "/api/v1/requests/%s/retry".formatted(token));
        assertThat(again.statusCode()).as(again.body()).isEqualTo(202);
        String other = TestTower.JSON.readTree(again.body()).get("token").asString();
        assertThat(other).isNotEqualTo(token);
        try (EventReader answers = tower.events("/api/v1/requests/%s/events".formatted(other))) {
            assertThat(answers.await(event -> event.type().equals("end"))
                            .data()
                            .get("outcomes")
                            .get(0)
                            .get("value")
                            .toString())
                    .isEqualTo("[\"x\",1]");
        }
        JsonNode request = tower.json("/api/v1/requests/" + other);
        assertThat(request.get("options").get("timeoutMillis").asInt()).isEqualTo(7000);
        assertThat(request.get("options").get("target").asString()).isEqualTo("fred");
        assertThat(request.get("payload").toString()).isEqualTo("[\"x\",1]");

        String large = tower.send(Map.of("service", "/it/echo", "payload", "x".repeat(17_000)));
        JsonNode cut = tower.json("/api/v1/requests/" + large);
        assertThat(cut.get("payloadCut").asBoolean()).isTrue();
        assertThat(cut.get("payload").isNull()).isTrue();
        assertThat(tower.method("POST", "/api/v1/requests/%s/retry".formatted(large))
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void howAServiceGoesIsCountedForEachAgent() throws Exception {
        agent("fred");
        for (int i = 0; i < 5; i++) {
            String token = tower.send(Map.of("service", "/it/echo"));
            try (EventReader answers = tower.events("/api/v1/requests/%s/events".formatted(token))) {
                answers.rest();
            }
        }
        JsonNode service = tower.json("/api/v1/services/it/echo");
        while (service.get("requests").asInt() < 5) {
            service = tower.json("/api/v1/services/it/echo"); // counted a moment after it is told
        }

        assertThat(service.get("errors").asInt()).isZero();
        assertThat(service.get("p50").asDouble()).isPositive();
        assertThat(service.get("byAgent").get(0).get("agent").asString()).isEqualTo("fred");
        assertThat(service.get("byAgent").get(0).get("requests").asInt()).isEqualTo(5);
        assertThat(tower.json("/api/v1/services").get("services").toString())
                .contains("\"path\":\"/it/waits\",\"agents\":1,\"requests\":0,\"errors\":0,\"p50\":null");
    }
}
