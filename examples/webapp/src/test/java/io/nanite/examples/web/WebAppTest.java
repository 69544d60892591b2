package io.nanite.examples.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.examples.web.server.WebServer;
import io.nanite.faultkit.rabbit.FreePorts;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The application as a container runs it, over HTTP, with an agent at a real broker. */
class WebAppTest {

    private static final long PATIENCE_SECONDS = 60;

    @EveryBroker
    void itAnswersFromTheFabric(TestBroker broker) throws Exception {
        try (World world = world(broker)) {
            Client.Answer sum = world.client.ask("/simple/add", "{\"a\": 20, \"b\": 22}");

            assertThat(sum.status()).isEqualTo(200);
            assertThat(sum.type()).startsWith("application/json");
            assertThat(sum.json().toString()).isEqualTo("{\"agent\":\"fred\",\"value\":42}");
            assertThat(world.client.ask("/simple/hello", "").json().get("value").asString())
                    .isEqualTo("hello nanite");
            assertThat(world.client
                            .ask("/simple/echo?target=fred", "[1, {\"k\": \"é☃😀\"}, null]")
                            .json()
                            .get("value")
                            .toString())
                    .isEqualTo("[1,{\"k\":\"é☃😀\"},null]");
            assertThat(world.client.get("/api/agents").json().toString())
                    .contains("\"mapper\":\"web1\"", "\"name\":\"fred\"", "\"/simple/count\"");
        }
    }

    @EveryBroker
    void whatGoesWrongIsAProblemWithItsOwnStatus(TestBroker broker) throws Exception {
        try (World world = world(broker)) {
            problem(world.client.ask("/simple/add", "{\"a\": 1"), 400, "not JSON");
            problem(world.client.ask("/simple/add", "{\"a\": 1} 2"), 400, "not JSON");
            problem(world.client.ask("/simple/add", "\"no numbers\""), 400, "payload");
            problem(world.client.ask("/no%20service/x", "1"), 400, "expected: /prefix/method");
            problem(world.client.ask("/simple/echo?timeout=soon", "1"), 400, "timeout: soon");
            problem(world.client.ask("/simple/echo?target=not%20a%20name", "1"), 400, "not a name");
            problem(world.client.ask("/trials/denied", ""), 403, "nobody may do this");
            problem(world.client.ask("/simple/echo", "\"" + "x".repeat(Body.LONGEST) + "\""), 413, "body");
            problem(world.client.askAs("text/plain", "/simple/echo", "1"), 415, "Content-Type");
            problem(world.client.ask("/simple/count", "-1"), 502, "steps: -1");
            problem(world.client.ask("/nobody/offers", "1"), 503, "no live agent offers it");
            problem(world.client.ask("/simple/echo?target=bob", "1"), 503, "bob");
            problem(world.client.ask("/simple/nap?timeout=1", "60000"), 504, "");
        }
    }

    /** Its client would send the next question on a connection that is about to end. */
    @EveryBroker
    void whoIsRefusedBeforeTheBodyIsThereIsToldThatTheConnectionEnds(TestBroker broker) throws Exception {
        try (World world = world(broker)) {
            for (String refused : List.of(
                    "/simple/echo HTTP/1.1\r\nContent-Type: text/plain",
                    "/simple/echo?timeout=soon HTTP/1.1\r\nContent-Type: application/json")) {
                String head = "POST /api/call%s\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\n".formatted(refused);
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), world.server.port())) {
                    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
                    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                    assertThat(reader(socket).lines().takeWhile(line -> !line.isEmpty()))
                            .contains("Connection: close");
                }
            }
        }
    }

    private static void problem(Client.Answer answer, int status, String detail) {
        assertThat(answer.type()).isEqualTo("application/problem+json");
        assertThat(answer.json().get("status").asInt()).isEqualTo(status);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("detail").asString()).contains(detail);
        assertThat(answer.json().get("title").asString()).isNotEmpty();
    }

    @EveryBroker
    void aStreamHasTheNewsInOrderAndThenTheAnswer(TestBroker broker) throws Exception {
        try (World world = world(broker)) {
            List<String> lines = world.client
                    .follow("/simple/count", "3")
                    .filter(line -> !line.isEmpty() && !line.startsWith(":"))
                    .toList();

            assertThat(lines.get(0)).isEqualTo("event: asked");
            assertThat(lines.subList(2, lines.size()))
                    .containsExactly(
                            "event: progress",
                            "data: {\"agent\":\"fred\",\"key\":\"step\",\"value\":1}",
                            "event: progress",
                            "data: {\"agent\":\"fred\",\"key\":\"step\",\"value\":2}",
                            "event: progress",
                            "data: {\"agent\":\"fred\",\"key\":\"step\",\"value\":3}",
                            "event: answer",
                            "data: {\"agent\":\"fred\",\"value\":3}");
        }
    }

    @EveryBroker
    void aStreamEndsWithTheProblemIfThereIsOne(TestBroker broker) throws Exception {
        try (World world = world(broker)) {
            assertThat(world.client.follow("/simple/count", "-1").toList())
                    .contains("event: problem")
                    .anyMatch(line -> line.contains("\"status\":502"));
            assertThat(world.client.follow("/nobody/offers", "1").toList())
                    .contains("event: problem")
                    .anyMatch(line -> line.contains("\"status\":503"));
        }
    }

    @EveryBroker
    void manyMoreCanWaitThanTheContainerHasThreads(TestBroker broker) throws Exception {
        try (World world = world(broker)) {
            List<CompletableFuture<Client.Answer>> waiting = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                waiting.add(world.client.askLater("/trials/held", Integer.toString(i)));
            }

            assertThat(world.client.ask("/simple/hello", "").status()).isEqualTo(200);
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            world.trials.letGo();

            for (int i = 0; i < waiting.size(); i++) {
                assertThat(waiting.get(i)
                                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .json()
                                .get("value")
                                .asString())
                        .isEqualTo("let go " + i);
            }
        }
    }

    @EveryBroker
    void whoGoesAwayStopsTheWork(TestBroker broker) throws Exception {
        try (World world = world(broker)) {
            try (Socket socket = follower(world, "/trials/endless", "null", 64 * 1024)) {
                awaitLine(reader(socket), "\"key\":\"begun\"");
            }

            assertThat(world.trials.stopped().get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isEqualTo("interrupted");
        }
    }

    @EveryBroker
    void whoReadsSlowlyHoldsUpNobodyAndHearsTheEnd(TestBroker broker) throws Exception {
        try (World world = world(broker);
                Socket slow = follower(world, "/trials/talk", "8000", 1024)) {
            world.trials.talked().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            // What the same agent says after that comes after that.
            assertThat(world.client.follow("/simple/count", "3").toList()).contains("event: answer");

            BufferedReader lines = reader(slow);
            awaitLine(lines, "event: skipped");
            awaitLine(lines, "event: answer");
        }
    }

    private static Socket follower(World world, String path, String body, int buffer) throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(buffer);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), world.server.port()));
        String request = String.join(
                "\r\n",
                "POST /api/call" + path + " HTTP/1.1",
                "Host: 127.0.0.1",
                "Content-Type: application/json",
                "Accept: text/event-stream",
                "Content-Length: " + body.length(),
                "",
                body);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static BufferedReader reader(Socket socket) throws Exception {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void awaitLine(BufferedReader lines, String part) throws Exception {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(part)) {
                return;
            }
        }
        throw new AssertionError("the stream ended (expected: %s before)".formatted(part));
    }

    @EveryBroker
    void thePageComesWithAllThatItNeeds(TestBroker broker) throws Exception {
        try (World world = world(broker)) {
            String page = world.client.text("/");
            assertThat(page).contains("Content-Security-Policy").doesNotContain("http://", "https://", "//");
            assertThat(world.client.text("/app.js"))
                    .contains("text/event-stream")
                    .doesNotContain("http://", "https://");
            assertThat(world.client.text("/style.css")).doesNotContain("http://", "https://", "@import");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    nanite.broker  | http://127.0.0.1/       | broker URI: http://127.0.0.1/ (expected: amqp://
                    nanite.name    | not a name              | nanite.name: not a name (expected: 1 to 64 of
                    nanite.timeout | soon                    | nanite.timeout: soon (expected: whole seconds
                    nanite.timeout | 0                       | nanite.timeout: 0 (expected: whole seconds, 1 to 3600)
                    nanite.tower.viewer | vera:short         | nanite.tower.viewer: another form (expected: NAME:PASSWORD,
                    nanite.tiemout | 5                       | setting: nanite.tiemout (expected: one of nanite.broker
                    """)
    void aWrongSettingIsOneSentenceAndTheApplicationDoesNotStart(String setting, String value, String sentence) {
        try (WebServer server = World.server(Map.of(setting, value))) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(WebServer.NotStarted.class)
                    .message()
                    .contains(sentence)
                    .doesNotContain("\n");
        }
    }

    @Test
    void withoutABrokerItSaysSoAndDoesNotStart() {
        String nowhere = "amqp://mapper:secret@127.0.0.1:%d/%%2Fnanite".formatted(new FreePorts().next());
        try (WebServer server = World.server(Map.of("nanite.broker", nowhere))) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(WebServer.NotStarted.class)
                    .message()
                    .contains("127.0.0.1")
                    .doesNotContain("\n", "secret");
        }
    }

    private static World world(TestBroker broker) throws Exception {
        return new World(broker.uri("nanite"), broker.uri("mapper"));
    }
}
