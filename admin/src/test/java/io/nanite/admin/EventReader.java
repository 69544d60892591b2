package io.nanite.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads a stream of events, as a browser does. Of one thread. */
final class EventReader implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    record Event(String id, String type, JsonNode data) {}

    EventReader(HttpResponse<InputStream> response) {
        this.response = response;
        lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    Event next() throws IOException {
        return await(event -> true);
    }

    /** The next event; null where the stream ends. */
    private @Nullable Event poll() throws IOException {
        String id = "";
        String type = "";
        String data = "";
        long began = System.nanoTime();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (System.nanoTime() - began > PATIENCE.toNanos()) {
                throw new AssertionError("no event within " + PATIENCE); // signs of life come all the time
            }
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                type = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (line.isEmpty() && !type.isEmpty()) {
                return new Event(id, type, TestTower.JSON.readTree(data));
            }
        }
        return null;
    }

    /** Reads on until one that is wanted. */
    Event await(Predicate<Event> wanted) throws IOException {
        long began = System.nanoTime();
        for (Event event = poll(); event != null; event = poll()) {
            if (System.nanoTime() - began > PATIENCE.toNanos()) {
                throw new AssertionError("not within " + PATIENCE);
            }
            if (wanted.test(event)) {
                return event;
            }
        }
        throw new AssertionError("the stream has ended");
    }

    /** All until the end, of the stream or of its connection. */
    List<Event> rest() {
        List<Event> rest = new ArrayList<>();
        try {
            for (Event event = poll(); event != null; event = poll()) {
                rest.add(event);
            }
        } catch (IOException e) {
            // A tower that closes does not wait for those who listen.
        }
        return rest;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
