package io.nanite.examples.web;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who speaks HTTP to the application. */
final class Client {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JsonMapper json = new JsonMapper();
    private final int port;

    Client(int port) {
        this.port = port;
    }

    /** A status, and the document that came with it. */
    record Answer(int status, String type, JsonNode json) {}

    Answer get(String path) throws IOException, InterruptedException {
        return answer(http.send(to(path).GET().build(), HttpResponse.BodyHandlers.ofString()));
    }

    /** What is there for people. */
    String text(String path) throws IOException, InterruptedException {
        return http.send(to(path).GET().build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    Answer ask(String path, String body) throws IOException, InterruptedException {
        return answer(http.send(post(path, body).build(), HttpResponse.BodyHandlers.ofString()));
    }

    Answer askAs(String type, String path, String body) throws IOException, InterruptedException {
        return answer(http.send(
                post(path, body).setHeader("Content-Type", type).build(), HttpResponse.BodyHandlers.ofString()));
    }

    CompletableFuture<Answer> askLater(String path, String body) {
        return http.sendAsync(post(path, body).build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(this::answer);
    }

    /** The lines of a stream, as they come. */
    Stream<String> follow(String path, String body) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> response = http.send(
                post(path, body).setHeader("Accept", "text/event-stream").build(), HttpResponse.BodyHandlers.ofLines());
        return response.body();
    }

    private HttpRequest.Builder post(String path, String body) {
        return to("/api/call" + path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE);
    }

    private Answer answer(HttpResponse<String> response) {
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                json.readTree(response.body()));
    }
}
