package io.nanite.examples.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The Control Tower in the application, as a container runs it: who may see it is the application's decision. */
class TowerTest {

    private static final String VERA = "vera:look-and-see-12";
    private static final String OTTO = "otto:work-with-it-12";

    private final HttpClient http = HttpClient.newHttpClient();

    private HttpResponse<String> ask(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder to(World world, String path, @Nullable String login) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/tower%s".formatted(world.server.port(), path)))
                .timeout(Duration.ofSeconds(60));
        return login == null
                ? request
                : request.header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
    }

    private static World world(TestBroker broker, Map<String, String> parameters) throws Exception {
        return new World(broker.uri("nanite"), broker.uri("mapper"), parameters);
    }

    /** A request for an agent, with the second token that the tower has given to who asks. */
    private HttpResponse<String> send(World world, String login) throws Exception {
        String session = ask(to(world, "/api/v1/session", login)).body();
        return ask(to(world, "/api/v1/requests", login)
                .header("Content-Type", "application/json")
                .header(
                        "X-CSRF-Token",
                        new JsonMapper().readTree(session).get("csrf").asString())
                .POST(BodyPublishers.ofString("{\"service\":\"/simple/echo\",\"payload\":1}")));
    }

    @EveryBroker
    void whereNobodyMaySeeItThereIsNone(TestBroker broker) throws Exception {
        try (World world = world(broker, Map.of())) {
            assertThat(ask(to(world, "/", null)).statusCode()).isEqualTo(404);
            assertThat(ask(to(world, "/api/v1/agents", OTTO)).statusCode()).isEqualTo(404);
        }
    }

    @EveryBroker
    void itIsThereForWhomTheApplicationLetsInAsWhatItSays(TestBroker broker) throws Exception {
        try (World world = world(broker, Map.of("nanite.tower.viewer", VERA, "nanite.tower.operator", OTTO))) {
            HttpResponse<String> stranger = ask(to(world, "/", null));
            assertThat(stranger.statusCode()).isEqualTo(401);
            assertThat(stranger.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .startsWith("Basic ");
            assertThat(ask(to(world, "/api/v1/agents", "vera:look-and-see-13")).statusCode())
                    .isEqualTo(401);
            assertThat(ask(to(world, "/", null).header("Authorization", "Basic ?"))
                            .statusCode())
                    .isEqualTo(401);

            HttpResponse<String> page = ask(to(world, "/", VERA));
            assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
            assertThat(page.body()).contains("/tower/agents");
            assertThat(ask(to(world, "/api/v1/agents", VERA)).body()).contains("fred");
            assertThat(send(world, VERA).statusCode()).isEqualTo(403);
            assertThat(ask(to(world, "/api/v1/requests", OTTO)
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofString("{\"service\":\"/simple/echo\"}")))
                            .statusCode())
                    .as("without the second token")
                    .isEqualTo(403);

            HttpResponse<String> sent = send(world, OTTO);
            assertThat(sent.statusCode()).as(sent.body()).isEqualTo(202);
            assertThat(sent.headers().firstValue("Location").orElseThrow()).startsWith("/tower/api/v1/requests/");
            assertThat(world.client.get("/api/agents").status()).isEqualTo(200);
        }
    }
}
