package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and who is not. */
class DoorTest {

    private static final String SEND = "{\"service\":\"/no/such\"}";

    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final Mapper mapper = Mapper.start(MapperConfig.named("m"), broker.transport("m"));
    private final TestTower tower = TestTower.of(mapper);

    @AfterEach
    void close() {
        tower.close();
        tower.close();
        mapper.close();
    }

    private HttpRequest.Builder post(String cookie) {
        return tower.to("/api/v1/requests")
                .header("Cookie", cookie)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(SEND));
    }

    private String csrf() throws Exception {
        return tower.json("/api/v1/session").get("csrf").asString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/v1/agents",
                "/api/v1/session",
                "/api/v1/events",
                "/api/v1/openapi.json",
                "/metrics",
                "/no/such/page"
            })
    void whoHasNoTokenSeesNothing(String path) throws Exception {
        HttpResponse<String> answer = tower.ask(tower.to(path));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).doesNotContain(tower.token);
    }

    @Test
    void theLinkIsExchangedForACookieThatNoScriptAndNoOtherSiteSees() throws Exception {
        HttpResponse<String> answer = tower.ask(HttpRequest.newBuilder(tower.tower.link()));

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location").orElseThrow())
                .endsWith("/")
                .doesNotContain("token");
        assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
                .contains("; HttpOnly", "; SameSite=Strict", "; Path=/")
                .doesNotContain(tower.token);
        HttpResponse<String> page = tower.ask(tower.to("/").header("Cookie", tower.cookie()));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("No agent is here");
    }

    @Test
    void aTokenHas256BitsAndIsNewEachTime() {
        assertThat(tower.token).matches("[A-Za-z0-9_-]{43}");
        try (TestTower other = TestTower.of(mapper)) {
            assertThat(other.token).isNotEqualTo(tower.token);
        }
    }

    @Test
    void aWrongTokenIsRefusedWhereverItStands() throws Exception {
        String wrong = tower.token.substring(1) + (tower.token.startsWith("A") ? "B" : "A");

        assertThat(tower.ask(tower.to("/?token=" + wrong)).statusCode()).isEqualTo(401);
        assertThat(tower.ask(tower.to("/api/v1/agents?token=" + tower.token)).statusCode())
                .isEqualTo(401);
        assertThat(tower.ask(tower.to("/api/v1/agents").header("Authorization", "Bearer " + wrong))
                        .statusCode())
                .isEqualTo(401);
        assertThat(tower.ask(tower.to("/api/v1/agents").header("Authorization", "Basic " + tower.token))
                        .statusCode())
                .isEqualTo(401);
        assertThat(tower.ask(tower.to("/api/v1/agents")
                                .header("Cookie", "nanite-tower-%d=%s".formatted(tower.port(), tower.token)))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aCookieAloneChangesNothing() throws Exception {
        String cookie = tower.cookie();

        assertThat(tower.ask(post(cookie)).statusCode()).isEqualTo(403);
        assertThat(tower.ask(post(cookie).header("X-CSRF-Token", "x")).statusCode())
                .isEqualTo(403);
        assertThat(tower.ask(post(cookie).header("X-CSRF-Token", csrf())).statusCode())
                .isEqualTo(202);
        assertThat(mapper.tally().rejected()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", "::"})
    void aPageFromElsewhereChangesNothingEvenIfItKnowsTheSecondToken(String origin) throws Exception {
        HttpResponse<String> answer =
                tower.ask(post(tower.cookie()).header("X-CSRF-Token", csrf()).header("Origin", origin));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(mapper.tally().rejected()).isZero();
    }

    @Test
    void aPageFromHereMayChangeThings() throws Exception {
        HttpResponse<String> answer = tower.ask(post(tower.cookie())
                .header("X-CSRF-Token", csrf())
                .header("Origin", "http://127.0.0.1:" + tower.port()));

        assertThat(answer.statusCode()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:%d", "127.0.0.1:%d.x", "%d"})
    void aStrangersNameForThisMachineIsNotAnsweredTo(String host) throws Exception {
        String answer = tower.raw(
                "GET /health/live HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
                        .formatted(host.formatted(tower.port()), tower.token));

        assertThat(answer).matches("(?s)HTTP/1.1 4(21|00) .*").doesNotContain("UP");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:%d", "localhost:%d", "LocalHost:%d", "[::1]:%d"})
    void theNamesOfThisMachineAreAnsweredTo(String host) throws Exception {
        String answer = tower.raw("GET /health/live HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                .formatted(host.formatted(tower.port())));

        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("UP");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health/live HTTP/1.0\r\n\r\n",
                "GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
                "POST /api/v1/requests HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "POST /api/v1/requests HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST /api/v1/requests HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
                "\0\0\0\0\r\n\r\n"
            })
    void whatCanBeReadInTwoWaysIsNotReadAtAll(String request) throws Exception {
        assertThat(tower.raw(request)).matches("(?s)HTTP/1.1 4(00|21) .*");
    }

    @Test
    void headersThatNeverEndAreCutOff() throws Exception {
        assertThat(tower.raw("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: %s\r\n\r\n".formatted("x".repeat(20_000))))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void everyAnswerTellsTheBrowserToTrustNothingElse() throws Exception {
        List<HttpResponse<String>> answers = List.of(
                tower.get("/"),
                tower.get("/api/v1/agents"),
                tower.get("/no/such"),
                tower.ask(tower.to("/")),
                tower.ask(tower.to("/health/live")),
                tower.post("/api/v1/requests", Map.of()));
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
                    .doesNotContain("unsafe", "*", "http:");
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(answer.headers().firstValue("X-Frame-Options")).hasValue("DENY");
            assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
            assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(answer.headers().firstValue("Server")).isEmpty();
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .isEmpty();
        });
    }

    @Test
    void aBodyOfMoreThanAMebibyteIsRefusedWhetherItSaysSoOrNot() throws Exception {
        byte[] large = "{\"service\":\"/a/b\",\"payload\":\"%s\"}"
                .formatted("x".repeat(1 << 20))
                .getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder saysSo = tower.known("/api/v1/requests")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(large));
        HttpRequest.Builder doesNot = tower.known("/api/v1/requests")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArrays(List.of(large)));

        assertThat(tower.ask(saysSo).statusCode()).isEqualTo(413);
        assertThat(tower.ask(doesNot).statusCode()).isEqualTo(413);
    }

    @Test
    void socketsThatSayNothingHoldUpNobody() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), tower.port());
                slow.add(socket);
                socket.getOutputStream()
                        .write("POST /api/v1/requests HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 9\r\nX-"
                                .formatted(tower.port())
                                .getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(tower.ask(tower.known("/api/v1/agents").timeout(Duration.ofSeconds(12)))
                            .statusCode())
                    .isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void whoMayOnlyLookChangesNothing() throws Exception {
        try (TestTower lookout =
                TestTower.of(ControlTower.with(TestTower.config().withReadOnly(true)), mapper)) {
            assertThat(lookout.get("/api/v1/agents").statusCode()).isEqualTo(200);
            assertThat(lookout.post("/api/v1/requests", Map.of("service", "/a/b"))
                            .statusCode())
                    .isEqualTo(403);
            assertThat(lookout.method("DELETE", "/api/v1/requests/abc").statusCode())
                    .isEqualTo(403);
            assertThat(lookout.json("/api/v1/session").get("readOnly").asBoolean())
                    .isTrue();
        }
        assertThat(mapper.tally().rejected()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void itDoesNotListenWhereOthersCanReachIt(String address) throws Exception {
        InetAddress other = InetAddress.getByName(address);

        assertThatThrownBy(() -> ControlTower.start(TestTower.config().withBind(other), mapper))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("bind: " + other.getHostAddress())
                .hasMessageContainingAll("127.0.0.1", "no users and no TLS");
    }

    @Test
    void aPortThatIsNoneOrTakenIsNamed() {
        assertThatThrownBy(() -> ControlTowerConfig.DEFAULT.withPort(70_000))
                .hasMessage("http port: 70000 (expected: 0 to 65535)");
        assertThatThrownBy(() -> ControlTower.start(ControlTowerConfig.DEFAULT.withPort(tower.port()), mapper))
                .hasMessage("http port: %d (expected: one that is free at 127.0.0.1)".formatted(tower.port()));
    }

    @Test
    void otherMethodsAreNoWayIn() throws Exception {
        assertThat(tower.method("PUT", "/api/v1/agents").statusCode()).isIn(404, 405);
        assertThat(tower.method("TRACE", "/api/v1/agents").statusCode()).isIn(403, 404, 405);
        assertThat(tower.ask(tower.to("/api/v1/agents").method("OPTIONS", BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(401);
    }
}
