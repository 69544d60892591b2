package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Each thing that can be asked for, of a real mapper with real agents. */
class ApiTest {

    @Actor("it")
    static final class It {

        private final CountDownLatch release = new CountDownLatch(1);

        @Expose
        public Object echo(Object payload) {
            return payload;
        }

        @Expose
        public String fails() {
            throw new IllegalStateException("<b>oh</b>");
        }

        @Expose
        public String tells(Object payload, ActorContext context) {
            context.progress("half", 50);
            context.progress("most", List.of(90, "<i>"));
            return "done";
        }

        @Expose
        public String waits() throws InterruptedException {
            release.await();
            return "released";
        }
    }

    /** What is sent to operations that want something else than a request. */
    private static final Map<String, Map<String, Object>> BODIES =
            Map.of("log-level", Map.of("level", "info"), "bulk", Map.of("action", "drain", "dryRun", true));

    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final It it = new It();
    private final AtomicBoolean connected = new AtomicBoolean(true);
    private final Mapper mapper = Mapper.start(MapperConfig.named("m"), broker.transport("m"));
    private final Agent agent = Agent.start(AgentConfig.named("a").withSlots(8), broker.transport("a"), module(it));
    private final TestTower tower = TestTower.of(
            ControlTower.with(TestTower.config()).figures(() -> "up 1\n").ready(connected::get), mapper);

    private static AgentModule module(It it) {
        return new AgentModule() {
            @Override
            protected void configure() {
                actor(it);
            }
        };
    }

    @BeforeEach
    void meet() throws InterruptedException {
        assertThat(mapper.awaitService("/it/echo", 1, Duration.ofSeconds(10))).isTrue();
    }

    @AfterEach
    void close() {
        it.release.countDown();
        tower.close();
        agent.close();
        mapper.close();
    }

    private JsonNode end(String token) throws IOException, InterruptedException {
        try (EventReader events = tower.events("/api/v1/requests/%s/events".formatted(token))) {
            JsonNode end = events.await(event -> event.type().equals("end")).data();
            tower.awaitEnded(token);
            return end;
        }
    }

    private static JsonNode problem(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = TestTower.JSON.readTree(answer.body());
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        return problem;
    }

    @Test
    void agentsAndServicesAreThoseThatTheMapperKnows() throws Exception {
        JsonNode agents = tower.json("/api/v1/agents").get("agents");
        assertThat(agents.size()).isEqualTo(1);
        assertThat(agents.get(0).get("name").asString()).isEqualTo("a");
        assertThat(agents.get(0).get("state").asString()).isEqualTo("ready");
        assertThat(agents.get(0).get("slots").asInt()).isEqualTo(8);

        JsonNode one = tower.json("/api/v1/agents/nanite-a");
        assertThat(one.get("services").valueStream().map(JsonNode::asString)).contains("/it/echo", "/it/waits");
        assertThat(one.get("boot").asString()).isNotEmpty();

        assertThat(tower.json("/api/v1/services")
                        .get("services")
                        .valueStream()
                        .map(service -> service.get("path").asString() + " "
                                + service.get("agents").asInt()))
                .contains("/it/echo 1");
        JsonNode service = tower.json("/api/v1/services/it/echo");
        assertThat(service.get("path").asString()).isEqualTo("/it/echo");
        assertThat(service.get("agents").get(0).get("name").asString()).isEqualTo("a");
    }

    @Test
    void aRequestIsSentAndItsNewsAndAnswerComeAsEvents() throws Exception {
        String token = tower.send(Map.of("service", "/it/tells", "payload", Map.of("a", 1)));

        List<EventReader.Event> events;
        try (EventReader reader = tower.events("/api/v1/requests/%s/events".formatted(token))) {
            assertThat(reader.response.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/event-stream");
            events = reader.rest();
        }

        assertThat(events).extracting(EventReader.Event::type).containsExactly("progress", "progress", "end");
        assertThat(events.get(0).data().toString()).isEqualTo("{\"agent\":\"a\",\"key\":\"half\",\"value\":50}");
        JsonNode end = events.get(2).data();
        assertThat(end.get("ok").asBoolean()).isTrue();
        assertThat(end.get("outcomes").get(0).get("value").asString()).isEqualTo("done");
        tower.awaitEnded(token);
        JsonNode why = tower.json("/api/v1/requests/" + token);
        assertThat(why.get("request").get("state").asString()).isEqualTo("ok");
        assertThat(why.get("events").valueStream().map(event -> event.get("kind")
                        .asString()))
                .contains("ACCEPTED", "CHOSEN", "PROGRESS", "OUTCOME", "ENDED");
    }

    @Test
    void whoseStreamBreaksGoesOnBehindWhatHeHad() throws Exception {
        String token = tower.send(Map.of("service", "/it/tells"));
        end(token);
        String first;
        try (EventReader reader = tower.events("/api/v1/requests/%s/events".formatted(token))) {
            first = reader.await(event -> true).id();
        }

        try (EventReader reader = tower.events("/api/v1/requests/%s/events".formatted(token), first)) {
            assertThat(reader.rest()).extracting(EventReader.Event::type).containsExactly("progress", "end");
        }
    }

    @Test
    void payloadsArriveAsTheyWereSent() throws Exception {
        Map<String, Object> payload = new HashMap<>();
        payload.put("text", "<script>alert(1)</script>\u2028\n");
        payload.put("numbers", List.of(1, 2.5, Long.MAX_VALUE));
        payload.put("nothing", null);

        String token = tower.send(Map.of("service", "/it/echo", "payload", payload));

        JsonNode value = end(token).get("outcomes").get(0).get("value");
        assertThat(value).isEqualTo(TestTower.JSON.valueToTree(payload));
    }

    @Test
    void whatFailsAndWhatNobodyCanDoIsSaid() throws Exception {
        String failing = tower.send(Map.of("service", "/it/fails"));
        JsonNode outcome = end(failing).get("outcomes").get(0);
        assertThat(outcome.get("verdict").asString()).isEqualTo("FAILED");
        assertThat(outcome.get("message").asString()).isEqualTo("<b>oh</b>");

        String nobody = tower.send(Map.of("service", "/no/such"));
        JsonNode end = end(nobody);
        assertThat(end.get("ok").asBoolean()).isFalse();
        assertThat(end.get("error").asString()).contains("/no/such");
        assertThat(tower.json("/api/v1/requests?limit=2")
                        .get("requests")
                        .valueStream()
                        .map(request -> request.get("service").asString() + " "
                                + request.get("state").asString()))
                .containsExactly("/no/such failed", "/it/fails failed");
    }

    @Test
    void anOpenRequestIsFoundByTheAgentThatItWasSentTo() throws Exception {
        String token = tower.send(Map.of("service", "/it/waits", "timeoutMillis", 60_000));
        JsonNode open = tower.json("/api/v1/requests?agent=a&state=open").get("requests");
        assertThat(open).hasSize(1);
        assertThat(open.get(0).get("token").asString()).isEqualTo(token);
        assertThat(open.get(0).get("target").isNull()).isTrue();
        assertThat(tower.json("/api/v1/requests?agent=b").get("requests")).isEmpty();

        tower.method("DELETE", "/api/v1/requests/" + token);
        end(token);
        assertThat(tower.json("/api/v1/requests?agent=a").get("requests")).hasSize(1);
    }

    @Test
    void aRequestIsCancelled() throws Exception {
        String token = tower.send(Map.of("service", "/it/waits", "target", "a", "timeoutMillis", 60_000));

        assertThat(tower.method("DELETE", "/api/v1/requests/" + token).statusCode())
                .isEqualTo(202);

        assertThat(end(token).get("outcomes").get(0).get("verdict").asString()).isEqualTo("CANCELLED");
    }

    @Test
    void whatHasEndedIsNotCancelled() throws Exception {
        String token = tower.send(Map.of("service", "/it/echo"));
        end(token);
        try (EventReader events = tower.events("/api/v1/events")) {
            events.await(event -> event.data().toString().contains("\"state\":\"ok\""));
        }

        problem(tower.method("DELETE", "/api/v1/requests/" + token), 409);
        problem(tower.method("DELETE", "/api/v1/requests/nosuchtoken"), 404);
    }

    @Test
    void aPushIsConfirmedOrSaysWhyNot() throws Exception {
        HttpResponse<String> pushed = tower.post("/api/v1/pushes", Map.of("service", "/it/echo", "selector", "all"));
        assertThat(pushed.statusCode()).as(pushed.body()).isEqualTo(202);
        JsonNode answer = TestTower.JSON.readTree(pushed.body());
        assertThat(answer.get("agents").get(0).asString()).isEqualTo("a");
        assertThat(answer.get("parked").asBoolean()).isFalse();

        problem(tower.post("/api/v1/pushes", Map.of("service", "/no/such")), 409);
        problem(tower.post("/api/v1/pushes", Map.of("service", "/it/echo", "selector", "best")), 400);
        problem(tower.post("/api/v1/pushes", Map.of("service", "/it/echo", "target", "z")), 409);
    }

    @Test
    void whoWouldGetItIsExplained() throws Exception {
        JsonNode explained = tower.json("/api/v1/explain?service=/it/echo&selector=least_loaded");
        assertThat(explained.get("agents").get(0).get("chosen").asBoolean()).isTrue();
        assertThat(explained.get("verdict").asString()).isNotEmpty();

        problem(tower.get("/api/v1/explain"), 400);
        assertThat(tower.json("/api/v1/explain?service=/it/echo&selector=best")
                        .get("verdict")
                        .asString())
                .contains("selector: best");
        problem(tower.get("/api/v1/explain?service=x"), 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{",
                "{\"service\":\"/a/b\"} {}",
                "{\"service\":\"/a/b\",\"colour\":\"red\"}",
                "{\"service\":\"no path\"}",
                "{\"payload\":1}",
                "{\"service\":\"/a/b\",\"timeoutMillis\":0}",
                "{\"service\":\"/a/b\",\"timeoutMillis\":\"soon\"}",
                "{\"service\":\"/a/b\",\"target\":\"../x\"}",
                "{\"service\":\"/a/b\",\"tags\":[null]}",
                "{\"service\":\"/a/b\",\"tags\":[\"a\",\"a\"],\"timeoutMillis\":-1}"
            })
    void aBodyThatIsNoRequestIsNotSent(String body) throws Exception {
        HttpResponse<String> answer = tower.ask(tower.known("/api/v1/requests")
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(BodyPublishers.ofString(body)));

        assertThat(problem(answer, 400).get("detail").asString()).isNotEmpty().doesNotContain("io.nanite", "java.");
        assertThat(mapper.tally().accepted() + mapper.tally().rejected()).isZero();
    }

    @Test
    void aFormIsNoJson() throws Exception {
        HttpResponse<String> answer = tower.ask(tower.known("/api/v1/requests")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{\"service\":\"/it/echo\"}")));

        problem(answer, 415);
    }

    @Test
    void whatIsNotThereIsAProblem() throws Exception {
        problem(tower.get("/api/v1/agents/z"), 404);
        problem(tower.get("/api/v1/services/no/such"), 404);
        problem(tower.get("/api/v1/services/x"), 404);
        problem(tower.get("/api/v1/requests/nosuchtoken"), 404);
        problem(tower.get("/api/v1/requests/nosuchtoken/events"), 404);
        problem(tower.get("/api/v1/requests/" + "x".repeat(65)), 400);
        problem(tower.get("/api/v1/requests?limit=0"), 400);
        problem(tower.get("/api/v1/requests?limit=1e3"), 400);
        problem(tower.get("/api/v2"), 404);
    }

    @Test
    void healthAndFiguresAreForMachines() throws Exception {
        assertThat(tower.ask(tower.to("/health/live")).body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(tower.ask(tower.to("/health/ready")).statusCode()).isEqualTo(200);
        connected.set(false);
        problem(tower.ask(tower.to("/health/ready")), 503);
        assertThat(tower.ask(tower.to("/health/live")).statusCode()).isEqualTo(200);
        assertThat(tower.get("/metrics").body()).isEqualTo("up 1\n");
    }

    @Test
    void everyDocumentedOperationAnswersAsItsDocumentSays() throws Exception {
        String token = tower.send(Map.of("service", "/it/echo"));
        end(token);
        String waiting = tower.send(Map.of("service", "/it/waits"));
        JsonNode document = tower.json("/api/v1/openapi.json");
        assertThat(document.get("openapi").asString()).startsWith("3.1");
        Set<String> answered = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                String id = operation.getValue().get("operationId").asString();
                String method = operation.getKey().toUpperCase(Locale.ROOT);
                String url = path.getKey()
                                .replace("{name}", "a")
                                .replace("{path}", "it/echo")
                                .replace("{token}", id.equals("cancel") ? waiting : token)
                        + (id.equals("explain") ? "?service=/it/echo" : "");
                String documented = operation.getValue().get("responses").propertyNames().stream()
                        .filter(status -> status.startsWith("2"))
                        .findFirst()
                        .orElseThrow();
                JsonNode content =
                        operation.getValue().get("responses").get(documented).get("content");
                if (content.has("text/event-stream")) {
                    try (EventReader events = tower.events(url)) {
                        assertThat(events.response.statusCode()).as(url).isEqualTo(200);
                        assertThat(events.next()).isNotNull();
                    }
                } else {
                    HttpResponse<String> answer =
                            method.equals("POST") && operation.getValue().has("requestBody")
                                    ? tower.post(url, BODIES.getOrDefault(id, Map.of("service", "/it/echo")))
                                    : tower.method(method, url);
                    assertThat(answer.statusCode()).as(url + answer.body()).isEqualTo(Integer.parseInt(documented));
                    if (content.has("application/json")) {
                        conforms(
                                id,
                                TestTower.JSON.readTree(answer.body()),
                                content.get("application/json").get("schema"),
                                document);
                    }
                }
                answered.add(id);
            }
        }
        assertThat(answered).hasSize(30);
    }

    /** Holds a value against the part of JSON Schema that the document uses. */
    private static void conforms(String where, JsonNode value, JsonNode schema, JsonNode document) {
        if (schema.has("$ref")) {
            String name = schema.get("$ref").asString().substring("#/components/schemas/".length());
            conforms(where, value, document.get("components").get("schemas").get(name), document);
        } else if (schema.has("anyOf")) {
            if (!value.isNull()) {
                conforms(where, value, schema.get("anyOf").get(0), document);
            }
        } else if (schema.has("properties")) {
            Set<String> required = new HashSet<>();
            schema.get("required").forEach(name -> required.add(name.asString()));
            assertThat(value.propertyNames()).as(where).containsAll(required);
            for (Map.Entry<String, JsonNode> property : value.properties()) {
                JsonNode known = schema.get("properties").get(property.getKey());
                assertThat(known).as(where + "." + property.getKey()).isNotNull();
                conforms(where + "." + property.getKey(), property.getValue(), known, document);
            }
        } else if (schema.has("items")) {
            assertThat(value.isArray()).as(where).isTrue();
            value.forEach(item -> conforms(where + "[]", item, schema.get("items"), document));
        } else if (schema.has("type")) {
            boolean right =
                    switch (schema.get("type").asString()) {
                        case "string" -> value.isString();
                        case "boolean" -> value.isBoolean();
                        case "integer" -> value.isIntegralNumber();
                        case "number" -> value.isNumber();
                        default -> value.isObject();
                    };
            assertThat(right).as(where + ": " + value).isTrue();
        }
    }

    @EveryBroker
    void onEachBrokerARequestIsAnsweredAndAnAgentThatLeavesIsTold(TestBroker real) throws Exception {
        RabbitConfig where = RabbitConfig.of(real.uri());
        RabbitConfig agents = RabbitConfig.of(real.uri("nanite"));
        Agent other = Agent.start(AgentConfig.named("b"), new RabbitTransport(agents.withName("b")), module(it));
        try (Mapper far = Mapper.start(MapperConfig.named("far"), new RabbitTransport(where.withName("far")));
                TestTower there = TestTower.of(far)) {
            assertThat(far.awaitService("/it/tells", 1, Duration.ofSeconds(20))).isTrue();
            try (EventReader events = there.events("/api/v1/events")) {
                assertThat(events.next().data().get("agents").get(0).get("name").asString())
                        .isEqualTo("b");
                String token = there.send(Map.of("service", "/it/tells"));
                try (EventReader answers = there.events("/api/v1/requests/%s/events".formatted(token))) {
                    assertThat(answers.rest())
                            .extracting(EventReader.Event::type)
                            .containsExactly("progress", "progress", "end");
                }
                events.await(event -> event.type().equals("requests")
                        && event.data().toString().contains(token)
                        && event.data().toString().contains("\"state\":\"ok\""));
                other.close();
                events.await(event ->
                        event.type().equals("agents") && event.data().toString().contains("\"state\":\"gone\""));
            }
        } finally {
            other.close();
        }
    }
}
