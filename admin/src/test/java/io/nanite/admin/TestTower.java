package io.nanite.admin;

import io.nanite.mapper.Mapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A tower on a port of its own, and a client with its token. */
final class TestTower implements AutoCloseable {

    static final JsonMapper JSON = new JsonMapper();

    final ControlTower tower;
    final String token;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestTower(ControlTower tower) {
        this.tower = tower;
        token = tower.link().getQuery().substring("token=".length());
    }

    static TestTower of(Mapper mapper) {
        return of(ControlTower.with(config()), mapper);
    }

    static TestTower of(ControlTower.Builder builder, Mapper mapper) {
        return new TestTower(builder.start(mapper));
    }

    static ControlTowerConfig config() {
        return ControlTowerConfig.DEFAULT.withPort(0);
    }

    int port() {
        return tower.uri().getPort();
    }

    URI uri(String path) {
        return tower.uri().resolve(path);
    }

    /** A request without a word of who asks. */
    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
    }

    HttpRequest.Builder known(String path) {
        return to(path).header("Authorization", "Bearer " + token);
    }

    HttpResponse<String> ask(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return ask(known(path));
    }

    HttpResponse<String> post(String path, @Nullable Object body) throws IOException, InterruptedException {
        return ask(known(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    HttpResponse<String> method(String method, String path) throws IOException, InterruptedException {
        BodyPublisher nothing = BodyPublishers.noBody();
        return ask(known(path).method(method, nothing));
    }

    JsonNode json(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(path);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    /** Sends a request and returns its token. */
    String send(Map<String, ?> what) throws IOException, InterruptedException {
        HttpResponse<String> answer = post("/api/v1/requests", what);
        if (answer.statusCode() != 202) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body()).get("token").asString();
    }

    /** Who follows a request is told its end a moment before the tower itself has noted it. */
    void awaitEnded(String token) throws IOException, InterruptedException {
        while (json("/api/v1/requests/" + token)
                .get("request")
                .get("state")
                .asString()
                .equals("open")) {
            Thread.onSpinWait();
        }
    }

    /** The cookie that the link is exchanged for, as a browser sends it. */
    String cookie() throws IOException, InterruptedException {
        String given = ask(HttpRequest.newBuilder(tower.link()))
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
        return given.substring(0, given.indexOf(';'));
    }

    EventReader events(String path) throws IOException, InterruptedException {
        return events(path, null);
    }

    EventReader events(String path, @Nullable String lastId) throws IOException, InterruptedException {
        HttpRequest.Builder request = known(path);
        if (lastId != null) {
            request.header("Last-Event-ID", lastId);
        }
        return events(request);
    }

    EventReader events(HttpRequest.Builder request) throws IOException, InterruptedException {
        return new EventReader(http.send(request.build(), BodyHandlers.ofInputStream()));
    }

    /** What a client says that is no client: bytes. Returns all that is answered until the server ends it. */
    String raw(String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            in.transferTo(answer);
            return answer.toString(StandardCharsets.ISO_8859_1);
        }
    }

    @Override
    public void close() {
        tower.close();
    }
}
