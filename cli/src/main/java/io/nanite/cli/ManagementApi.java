package io.nanite.cli;

import io.nanite.admin.BrokerReport;
import io.nanite.core.Secret;
import io.nanite.core.loop.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** RabbitMQ's own API over HTTP, which says more than AMQP does; where it is not there, nobody minds. Of one thread. */
final class ManagementApi {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final URI base;
    private final String vhost;
    private final String authorization;
    private final TimeSource time;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    ManagementApi(URI base, String vhost, String user, Secret password, TimeSource time) {
        this.base = base;
        this.vhost = vhost;
        this.time = time;
        authorization = "Basic "
                + Base64.getEncoder()
                        .encodeToString(
                                "%s:%s".formatted(user, password.value()).getBytes(StandardCharsets.UTF_8));
    }

    /** What can be seen of the nodes and queues. */
    record Seen(List<String> nodes, List<String> alarms, List<BrokerReport.Depth> queues) {}

    /** Empty if it does not answer, or not this user. */
    Optional<Seen> look() throws InterruptedException {
        Optional<List<Map<String, @Nullable Object>>> queues =
                list("/api/queues/" + URLEncoder.encode(vhost, StandardCharsets.UTF_8));
        if (queues.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        List<String> alarms = new ArrayList<>();
        // Only a monitoring user may see the nodes.
        for (Map<String, @Nullable Object> node : list("/api/nodes").orElse(List.of())) {
            String name = String.valueOf(node.get("name"));
            names.add(name);
            if (Boolean.TRUE.equals(node.get("mem_alarm"))) {
                alarms.add("memory is short on " + name);
            }
            if (Boolean.TRUE.equals(node.get("disk_free_alarm"))) {
                alarms.add("disk space is short on " + name);
            }
            if (Boolean.FALSE.equals(node.get("running"))) {
                alarms.add("%s does not run".formatted(name));
            }
        }
        return Optional.of(
                new Seen(names, alarms, queues.get().stream().map(this::depth).toList()));
    }

    private BrokerReport.Depth depth(Map<String, @Nullable Object> queue) {
        return new BrokerReport.Depth(
                String.valueOf(queue.get("name")),
                number(queue, "messages_ready"),
                number(queue, "messages_unacknowledged"),
                number(queue, "consumers"),
                oldest(queue));
    }

    /** A message that says when it was sent is told by that, if it is the first of a classic queue. */
    private @Nullable Long oldest(Map<String, @Nullable Object> queue) {
        return queue.get("head_message_timestamp") instanceof Number seconds
                ? (Long) BrokerSide.age(Instant.ofEpochSecond(seconds.longValue()), time)
                : null;
    }

    /** A queue that has just been made has no figures yet. */
    private static int number(Map<String, @Nullable Object> queue, String key) {
        return queue.get(key) instanceof Number number ? number.intValue() : 0;
    }

    private Optional<List<Map<String, @Nullable Object>>> list(String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(PATIENCE)
                .header("Authorization", authorization)
                .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(Json.objects(answer.body())) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
