package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Outcome;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source is edited under a running agent that has a thousand requests a second to answer. Each broker runs all of it. */
abstract class WatchScenarios {

    private static final int RATE = 1_000;

    /** So many may be open: a machine that cannot do so many in a second is asked for fewer, and has none to refuse. */
    private static final int MOST_OPEN = 2_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How long requests go on before the edit and after its effect. */
    private static final long AROUND = Duration.ofSeconds(2).toNanos();

    private static final String SIMPLE = """
            import io.nanite.agent.actor.*;

            @Actor
            class Simple {
                record Said(String text, String by) {}

                @Expose
                Said echo(String text) {
                    return new Said(text, "ANSWER");
                }
            }
            """;

    @TempDir
    Path root;

    private final Shell shell = Shell.open();

    /** The flags that lead an agent to the broker. */
    abstract List<String> agentFlags();

    /** Where a mapper finds it. */
    abstract String mapperUri();

    @BeforeAll
    static void warmUp() throws InterruptedException {
        Shell.warmUp();
    }

    @BeforeEach
    void write() throws IOException {
        Files.createDirectories(root.resolve("actors"));
        edit("old");
    }

    @AfterEach
    void endAll() throws InterruptedException {
        shell.close();
    }

    private void edit(String answer) throws IOException {
        Files.writeString(root.resolve("actors/Simple.java"), SIMPLE.replace("ANSWER", answer));
    }

    private Running agent(String... more) {
        return agentNamed("fred", more);
    }

    private Running agentNamed(String token, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--token", token, "--watch", "-n", root.toString()));
        arguments.addAll(agentFlags());
        arguments.addAll(List.of(more));
        return shell.start("nanite-agent", arguments);
    }

    /** A thousand requests a second where they can be done, and what became of them. */
    private static final class Load {

        private final Mapper mapper;
        private final Map<String, LongAdder> answers = new ConcurrentHashMap<>();
        private final Map<String, Long> first = new ConcurrentHashMap<>();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicLong ended = new AtomicLong();
        private long begun;

        Load(Mapper mapper) {
            this.mapper = mapper;
        }

        long count(String answer) {
            LongAdder count = answers.get(answer);
            return count == null ? 0 : count.sum();
        }

        /** Asks until it is so, and at least so long. */
        void run(long atLeast, BooleanSupplier until) {
            long start = System.nanoTime();
            long due = start;
            while (System.nanoTime() - start < atLeast || !until.getAsBoolean()) {
                if (System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw new AssertionError("not so within %s: %s, %s".formatted(PATIENCE, answers, failures));
                }
                due += 1_000_000_000L / RATE;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                if (begun - ended.get() < MOST_OPEN) {
                    ask("call " + begun++);
                } else {
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }

        private void ask(String text) {
            mapper.request("/simple/echo", text).outcomes().whenComplete((outcomes, error) -> {
                if (error == null && outcomes.single() instanceof Outcome.Success success) {
                    answered(text, success.payload().value());
                } else {
                    failures.add(error != null ? error.toString() : outcomes.toString());
                }
                ended.incrementAndGet();
            });
        }

        private void answered(String text, @Nullable Object value) {
            if (value instanceof Map<?, ?> said && text.equals(said.get("text"))) {
                String by = String.valueOf(said.get("by"));
                first.putIfAbsent(by, System.nanoTime());
                answers.computeIfAbsent(by, any -> new LongAdder()).increment();
            } else {
                failures.add("%s was answered with %s".formatted(text, value));
            }
        }

        void awaitAll() {
            long start = System.nanoTime();
            while (ended.get() < begun) {
                if (System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw new AssertionError("%d of %d ended within %s".formatted(ended.get(), begun, PATIENCE));
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private Mapper mapper() throws InterruptedException {
        RabbitConfig at = RabbitConfig.of(mapperUri());
        Mapper mapper = Mapper.start(MapperConfig.named("load"), new RabbitTransport(at));
        assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
        return mapper;
    }

    @Test
    void anEditedSourceAnswersAnewAndNoRequestFails() throws Exception {
        Running agent = agent();
        agent.awaitLine("nanite-fred started");
        try (Mapper mapper = mapper()) {
            Load load = new Load(mapper);
            load.run(AROUND, () -> load.count("old") > 0);
            long edited = System.nanoTime();
            edit("new");
            load.run(0, () -> load.count("new") > 0);
            load.run(AROUND, () -> true);
            load.awaitAll();

            assertThat(load.failures).isEmpty();
            assertThat(load.answers).containsOnlyKeys("old", "new");
            agent.awaitLine("Simple.java changed, loaded again: 1 service");
            System.out.printf(
                    "%s: %d answers by the old source, %d by the new one, the first %d ms after the edit%n",
                    getClass().getSimpleName(),
                    load.count("old"),
                    load.count("new"),
                    (load.first.getOrDefault("new", edited) - edited) / 1_000_000);
        }
    }

    @Test
    void aSourceThatIsWrongKeepsTheOldAnswerAndIsShown() throws Exception {
        Running agent = agent();
        agent.awaitLine("nanite-fred started");
        try (Mapper mapper = mapper()) {
            Load load = new Load(mapper);
            Files.writeString(
                    root.resolve("actors/Simple.java"),
                    SIMPLE.replace("ANSWER", "new").replace("return", "retrun"));
            load.run(AROUND, () -> load.count("old") > 0);
            agent.awaitLine("Simple.java changed, the actors stay as they were: ");
            agent.awaitLine("Simple.java:9: error: ';' expected");
            load.run(AROUND, () -> true);
            load.awaitAll();
            assertThat(load.failures).isEmpty();
            assertThat(load.answers).containsOnlyKeys("old");
        }
    }

    @Test
    void severalAgentsOfOneProcessAnswerAndDrainTogether() throws Exception {
        Running agents = agent("--count", "4", "--metrics-port", "0");
        agents.awaitLine("nanite-fred-4 started");
        try (Mapper mapper = mapper()) {
            assertThat(mapper.awaitService("/simple/echo", 4, PATIENCE)).isTrue();
            Map<String, Object> answers = mapper.request("/simple/echo", "hi", CallOptions.all())
                    .await()
                    .values();
            assertThat(answers.keySet()).containsExactlyInAnyOrder("fred-1", "fred-2", "fred-3", "fred-4");
            String page = agents.awaitLine("figures at ").replaceFirst(".*figures at ", "");
            HttpResponse<String> figures = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(page)).build(), BodyHandlers.ofString());
            assertThat(figures.body())
                    .contains("nanite_agent_job_seconds_count{agent=\"fred-1\"} 1")
                    .contains("nanite_agent_job_seconds_count{agent=\"fred-4\"} 1");

            Load load = new Load(mapper);
            load.run(AROUND, () -> load.count("old") > 0);
            edit("new");
            load.run(AROUND, () -> load.count("new") > 0);
            load.awaitAll();
            assertThat(load.failures).isEmpty();
            agents.signal("TERM");
            assertThat(agents.awaitEnd().code()).as(agents.toString()).isZero();
            assertThat(agents.toString()).contains("nanite-fred-1 closed", "nanite-fred-4 closed");
        }
    }

    @Test
    void ifOneOfSeveralCannotStartNoneDoes() throws Exception {
        agentNamed("fred-3").awaitLine("nanite-fred-3 started");
        Running second = agent("--count", "4");
        Running.Ended ended = second.awaitEnd();
        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.err()).contains("nanite-fred-1 closed", "nanite-fred-2 closed", "nanite-fred-3");
        try (Mapper mapper = mapper()) {
            assertThat(mapper.agents())
                    .extracting(agent -> agent.identity().name())
                    .containsExactly("fred-3");
        }
    }
}
