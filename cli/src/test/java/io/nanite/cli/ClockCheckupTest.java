package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.nanite.rabbitmq.Finding;
import io.nanite.rabbitmq.Finding.Severity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Whether two clocks say the same, as far as can be told. */
class ClockCheckupTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private static Finding compare(Duration theirs) {
        return ClockCheckup.compare(NOON, NOON.plusMillis(300), NOON.plus(theirs));
    }

    @Test
    void aSecondIsNothing() {
        for (Duration off : new Duration[] {Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(-1)}) {
            assertThat(compare(off).severity()).isEqualTo(Severity.FINE);
        }
    }

    @Test
    void whatIsMoreIsSaidWithItsDirection() {
        assertThat(compare(Duration.ofSeconds(30)).what()).startsWith("30 s behind the broker's");
        assertThat(compare(Duration.ofSeconds(-30)).what()).startsWith("30 s ahead of the broker's");
        assertThat(compare(Duration.ofSeconds(30)).severity()).isEqualTo(Severity.WARNING);
        assertThat(compare(Duration.ofSeconds(30)).cure()).contains("set-ntp");
    }

    @Test
    void nobodyIsAskedIfNobodyIsNamed() throws InterruptedException {
        assertThat(ClockCheckup.look(null).severity()).isEqualTo(Severity.UNKNOWN);
    }

    @Test
    void whoIsNamedIsAsked() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        server.start();
        URI there = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        assertThat(ClockCheckup.look(there).severity()).isEqualTo(Severity.FINE);
        server.stop(0);
        Finding silent = ClockCheckup.look(there);
        assertThat(silent.severity()).isEqualTo(Severity.WARNING);
        assertThat(silent.what()).startsWith(there + " does not tell the time");
    }
}
