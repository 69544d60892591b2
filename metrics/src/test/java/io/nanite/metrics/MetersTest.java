package io.nanite.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.ConfigException;
import io.nanite.mapper.CallEnd;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The figures of a mapper and an agent, as a Prometheus would read them. */
class MetersTest {

    @Actor("it")
    static final class It {

        @Expose
        public String works() {
            return "done";
        }

        @Expose
        public String fails() {
            throw new IllegalStateException("oh");
        }
    }

    private final BlockingQueue<CallEnd> ends = new LinkedBlockingQueue<>();
    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final MetricsEndpoint endpoint = MetricsEndpoint.start(InetAddress.getLoopbackAddress(), 0);
    private final HttpClient http = HttpClient.newHttpClient();
    private final Agent agent =
            Agent.start(AgentConfig.named("a").withSlots(8), broker.transport("a"), new AgentModule() {
                @Override
                protected void configure() {
                    actor(new It());
                }
            });
    private final Mapper mapper = Mapper.start(MapperConfig.named("m"), broker.transport("m"));

    @BeforeEach
    void bind() throws InterruptedException {
        endpoint.bind(agent);
        endpoint.bind(mapper);
        // Behind the meters: what it is told they have been told.
        mapper.intercept(call -> {
            call.onEnd(ends::add);
            return call;
        });
        assertThat(mapper.awaitService("/it/works", 1, Duration.ofSeconds(10))).isTrue();
    }

    @AfterEach
    void close() {
        mapper.close();
        agent.close();
        endpoint.close();
        endpoint.close();
    }

    private CallEnd end() throws InterruptedException {
        return Objects.requireNonNull(ends.poll(10, TimeUnit.SECONDS), "no end");
    }

    private HttpResponse<String> get(String path, String method) throws IOException, InterruptedException {
        URI uri = endpoint.uri().resolve(path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(10))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** The figure of this name and these labels. */
    private String figure(String name) throws IOException, InterruptedException {
        return get("/metrics", "GET")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("none");
    }

    @Test
    void whatHappensIsCounted() throws Exception {
        mapper.request("/it/works", null);
        mapper.request("/it/works", null);
        mapper.request("/it/fails", null);
        mapper.request("/no/such", null);
        mapper.push("/it/works", null).toCompletableFuture().get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 5; i++) {
            end();
        }

        assertThat(figure("nanite_mapper_accepted_total{mapper=\"m\"}")).isEqualTo("3.0");
        assertThat(figure("nanite_mapper_rejected_total{mapper=\"m\"}")).isEqualTo("1.0");
        assertThat(figure("nanite_mapper_outcomes_total{mapper=\"m\",verdict=\"OK\"}"))
                .isEqualTo("2.0");
        assertThat(figure("nanite_mapper_outcomes_total{mapper=\"m\",verdict=\"FAILED\"}"))
                .isEqualTo("1.0");
        assertThat(figure("nanite_mapper_outcomes_total{mapper=\"m\",verdict=\"LOST\"}"))
                .isEqualTo("0.0");
        assertThat(figure("nanite_mapper_pushes_total{mapper=\"m\",result=\"confirmed\"}"))
                .isEqualTo("1.0");
        assertThat(figure("nanite_mapper_pending{mapper=\"m\"}")).isEqualTo("0.0");
        assertThat(figure("nanite_mapper_agents{mapper=\"m\",state=\"healthy\"}"))
                .isEqualTo("1.0");
        assertThat(figure("nanite_mapper_agents{mapper=\"m\",state=\"suspect\"}"))
                .isEqualTo("0.0");
        assertThat(figure("nanite_mapper_request_seconds_count{mapper=\"m\",outcome=\"OK\"}"))
                .isEqualTo("2");
        assertThat(figure("nanite_mapper_request_seconds_count{mapper=\"m\",outcome=\"FAILED\"}"))
                .isEqualTo("1");
        assertThat(figure("nanite_mapper_request_seconds_count{mapper=\"m\",outcome=\"REJECTED\"}"))
                .isEqualTo("1");
        assertThat(figure("nanite_agent_job_seconds_sum{agent=\"a\"}")).isNotEqualTo("none");
        assertThat(figure("nanite_agent_failed_total{agent=\"a\"}")).isEqualTo("1.0");
        assertThat(figure("nanite_agent_slots{agent=\"a\"}")).isEqualTo("8.0");
        assertThat(figure("nanite_agent_redelivered_total{agent=\"a\"}")).isEqualTo("0.0");
        assertThat(mapper.tally().accepted()).isEqualTo(3);
        assertThat(agent.tally().micros()).isPositive();
    }

    @Test
    void theEndpointHasOnePageAndIsReadAlone() throws Exception {
        HttpResponse<String> page = get("/metrics", "GET");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(page.body()).contains("jvm_memory_used_bytes", "# TYPE nanite_mapper_request_seconds summary");
        assertThat(get("/", "GET").statusCode()).isEqualTo(404);
        assertThat(get("/metrics/more", "GET").statusCode()).isEqualTo(404);
        assertThat(get("/metrics", "POST").statusCode()).isEqualTo(405);
    }

    @Test
    void theDocumentsNameEveryFigure() throws Exception {
        String document = Files.readString(Path.of("..", "docs", "metrics.md"));
        Set<String> names = new TreeSet<>();
        get("/metrics", "GET")
                .body()
                .lines()
                .filter(line -> line.startsWith("# TYPE nanite_"))
                .forEach(line -> names.add(line.split(" ", -1)[2]));

        assertThat(names).hasSizeGreaterThan(20).allSatisfy(name -> assertThat(document)
                .contains("`" + name.replaceFirst("_seconds_max$", "_seconds") + "`"));
    }

    @Test
    void aPortThatIsTakenOrNoneIsSaid() {
        assertThatThrownBy(() -> MetricsEndpoint.start(
                        InetAddress.getLoopbackAddress(), endpoint.uri().getPort()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("metrics port: %d (expected: one that is free at 127.0.0.1)"
                        .formatted(endpoint.uri().getPort()));
        assertThatThrownBy(() -> MetricsEndpoint.start(InetAddress.getLoopbackAddress(), 65_536))
                .hasMessage("metrics port: 65536 (expected: 0 to 65535)");
    }
}
