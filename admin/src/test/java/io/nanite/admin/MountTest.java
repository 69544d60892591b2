package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A tower in somebody else's container, below a path, where the application says who may. */
class MountTest {

    private final Mapper mapper =
            Mapper.start(MapperConfig.named("m"), InMemoryBroker.threaded().transport("m"));

    /** The application lets in whom a header names: as a role. */
    private final ControlTower tower = ControlTower.with(ControlTowerConfig.DEFAULT)
            .mount(mapper, request -> Arrays.stream(Role.values())
                    .filter(role -> role.word().equals(request.getHeader("X-Role")))
                    .findFirst());

    private final Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws Exception {
        ServletContextHandler application = new ServletContextHandler("/app");
        ServletHolder holder = new ServletHolder(tower.servlet());
        holder.setAsyncSupported(true);
        application.addServlet(holder, "/tower/*");
        server.setHandler(application);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        tower.close();
        server.stop();
        mapper.close();
    }

    private HttpRequest.Builder to(String path, @Nullable Role role) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/app/tower%s"
                        .formatted(server.getURI().getPort(), path)))
                .timeout(Duration.ofSeconds(20));
        return role == null ? request : request.header("X-Role", role.word());
    }

    private HttpResponse<String> ask(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void theApplicationSaysWhoMay() throws Exception {
        assertThat(ask(to("/api/v1/agents", null)).statusCode()).isEqualTo(401);
        assertThat(ask(to("/api/v1/agents", Role.VIEWER)).statusCode()).isEqualTo(200);
        assertThat(ask(to("/?token=" + tower.link().getQuery(), null)).statusCode())
                .isEqualTo(401);
        assertThat(ask(to("/api/v1/audit", Role.OPERATOR)).statusCode()).isEqualTo(403);
        assertThat(ask(to("/api/v1/audit", Role.ADMIN)).statusCode()).isEqualTo(200);
        assertThat(ask(to("", Role.VIEWER)).headers().firstValue("Location").orElseThrow())
                .endsWith("/app/tower/");
        assertThat(ask(to("/", Role.VIEWER)).statusCode()).isEqualTo(200);
    }

    @Test
    void changesNeedTheSecondTokenAndAPageFromHere() throws Exception {
        JsonNode session =
                TestTower.JSON.readTree(ask(to("/api/v1/session", Role.ADMIN)).body());
        HttpRequest.Builder send = to("/api/v1/requests", Role.ADMIN)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"service\":\"/no/such\"}"));
        assertThat(ask(send.copy()).statusCode()).isEqualTo(403);
        HttpRequest.Builder known =
                send.copy().header("X-CSRF-Token", session.get("csrf").asString());
        assertThat(ask(known.copy().header("Origin", "http://evil.example")).statusCode())
                .isEqualTo(403);
        HttpResponse<String> sent = ask(known);
        assertThat(sent.statusCode()).as(sent.body()).isEqualTo(202);
        assertThat(sent.headers().firstValue("Location").orElseThrow()).startsWith("/app/tower/api/v1/requests/");
    }

    @Test
    void theStreamWorksThereToo() throws Exception {
        HttpRequest request = to("/api/v1/events", Role.VIEWER).build();
        try (EventReader events = new EventReader(http.send(request, BodyHandlers.ofInputStream()))) {
            assertThat(events.next().type()).isEqualTo("snapshot");
            assertThat(events.await(event -> event.type().equals("second"))
                            .data()
                            .has("series"))
                    .isTrue();
        }
        assertThat(Optional.of(tower.uri()).map(URI::getPath)).hasValue("/");
    }
}
