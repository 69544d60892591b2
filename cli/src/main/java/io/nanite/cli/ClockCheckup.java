package io.nanite.cli;

import io.nanite.core.loop.TimeSource;
import io.nanite.rabbitmq.Finding;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Whether this machine and the broker's mean the same by now: deadlines travel as times of day. */
final class ClockCheckup {

    private static final String ABOUT = "clock";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** A header says whole seconds, and takes its time. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private ClockCheckup() {}

    /** By what a web server there says, to whomever; null for none. */
    static Finding look(@Nullable URI management) throws InterruptedException {
        if (management == null) {
            return Finding.unknown(
                    ABOUT,
                    "AMQP does not tell the broker's time",
                    "compare it by the management API: --management-url http://127.0.0.1:15672");
        }
        // RabbitMQ 3.10 ends the connection when it is asked for HTTP/2, as the client otherwise does.
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
        TimeSource time = TimeSource.system();
        try {
            Instant before = time.now();
            HttpResponse<Void> response = client.send(
                    HttpRequest.newBuilder(management).timeout(PATIENCE).build(),
                    HttpResponse.BodyHandlers.discarding());
            Instant after = time.now();
            String date = response.headers().firstValue("date").orElse("");
            return compare(
                    before,
                    after,
                    ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (IOException | DateTimeException e) {
            return Finding.warning(
                    ABOUT,
                    "%s does not tell the time: %s".formatted(management, e.getMessage()),
                    "say where the management API is: --management-url");
        }
    }

    static Finding compare(Instant before, Instant after, Instant there) {
        Duration behind = Duration.between(before, there);
        Duration ahead = Duration.between(there, after);
        Duration off = behind.compareTo(ahead) > 0 ? behind : ahead;
        if (off.compareTo(TOLERANCE) <= 0) {
            return Finding.fine(ABOUT, "as the broker's, as far as seconds tell");
        }
        return Finding.warning(
                ABOUT,
                "%d s %s the broker's; deadlines travel as times of day, and would come as much too %s"
                        .formatted(
                                off.toSeconds(),
                                off.equals(behind) ? "behind" : "ahead of",
                                off.equals(behind) ? "late" : "soon"),
                "let both follow the same time: timedatectl set-ntp true");
    }
}
