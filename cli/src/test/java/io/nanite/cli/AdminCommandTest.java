package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.io.BufferedReader;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Control Tower as its command. */
class AdminCommandTest {

    @EveryBroker
    void thePrintedLinkLetsInUntilTheCommandEnds(TestBroker broker) throws Exception {
        PipedWriter out = new PipedWriter();
        BufferedReader lines = new BufferedReader(new PipedReader(out));
        PrintWriter printed = new PrintWriter(out, true);
        Main main = new Main(Cli.at(broker.uri()).environment(), printed, printed, Shutdown.never());
        Thread command = new Thread(() -> main.run("admin", "--http-port", "0", "--token", "tower"));
        command.start();
        try {
            String line = lines.readLine();
            assertThat(line).matches("The Control Tower is at http://127\\.0\\.0\\.1:\\d+/\\?token=[A-Za-z0-9_-]{43}");
            URI link = URI.create(line.substring(line.indexOf("http")));
            HttpRequest request = HttpRequest.newBuilder(link.resolve("/metrics"))
                    .header("Authorization", "Bearer " + link.getQuery().substring("token=".length()))
                    .build();

            String figures = HttpClient.newHttpClient()
                    .send(request, BodyHandlers.ofString())
                    .body();

            assertThat(figures).contains("nanite_mapper_pending{mapper=\"tower\"} 0.0", "jvm_memory_used_bytes");
        } finally {
            command.interrupt();
            command.join();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--bind,0.0.0.0,this machine alone",
        "--bind,192.0.2.1,this machine alone",
        "--http-port,70000,0 to 65535",
        "--host-name,a/b,tower.example.org",
        "--tls-key,none.pem,where there is a key",
    })
    void whatOthersCouldReachIsRefusedBeforeAnythingStarts(String flag, String value, String expected) {
        Cli.Ended ended = Cli.plain().run("admin", flag, value);

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).contains(expected).doesNotContain("\tat ");
        assertThat(ended.err().strip().lines()).hasSize(1);
    }
}
