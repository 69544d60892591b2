package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.NaniteException;
import io.nanite.dist.Running.Ended;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.Outcomes;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of agents and mappers in the background: begun, asked, ended and killed. Each broker runs all of it. */
abstract class DaemonScenarios {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ACTORS = "actors/simpleagent.jar";
    private static final int JOBS = 1_500;
    private static final int WINDOW = 32;
    private static final int NAP_MILLIS = 10;

    @TempDir
    Path temporary;

    private Path root = Path.of("");
    private Shell shell = Shell.open();

    /** The flags that lead a process to the broker. */
    abstract List<String> flags();

    /** The same for a mapper in this process. */
    abstract RabbitConfig broker();

    @BeforeAll
    static void warmUp() throws InterruptedException {
        Shell.warmUp();
    }

    @BeforeEach
    void makeRoot() throws IOException {
        // A path that is too long for a socket.
        root = temporary.resolve("a root with a long name ".repeat(4).strip());
        Path jar = root.resolve(ACTORS);
        Files.createDirectories(jar.getParent());
        Files.copy(Shell.installation().resolve("examples/simpleagent").resolve(ACTORS), jar);
        shell = shell.in(root);
    }

    @AfterEach
    void endAll() throws InterruptedException, IOException {
        if (Files.isDirectory(root.resolve("run"))) {
            try (Stream<Path> files = Files.list(root.resolve("run"))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".lock")).toList()) {
                    // Ours alone: the folder is this test's.
                    ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                            .filter(process ->
                                    process.info().command().orElse("").endsWith("java"))
                            .ifPresent(DaemonScenarios::kill);
                }
            }
        }
        shell.close();
    }

    private static void kill(ProcessHandle process) {
        process.destroyForcibly();
        process.onExit().join();
    }

    private Ended run(String launcher, String... arguments) throws InterruptedException {
        return shell.run(launcher, arguments);
    }

    private List<String> started(String token, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--token", token, "--ping-time", "1s"));
        arguments.addAll(flags());
        arguments.addAll(Arrays.asList(more));
        return arguments;
    }

    /** Starts one in the background; returns its pid. */
    private ProcessHandle daemon(String launcher, String token, String... more)
            throws InterruptedException, IOException {
        List<String> arguments = new ArrayList<>(List.of("-d", "--token", token));
        arguments.addAll(flags());
        arguments.addAll(Arrays.asList(more));
        Ended ended = shell.run(launcher, arguments);
        assertThat(ended.code()).as(ended.toString()).isZero();
        String name = launcher.equals("nanite-agent") ? "nanite-" + token : "mapper-" + token;
        assertThat(ended.out()).matches(name + " is ready, pid \\d+, log .*/log/" + name + "\\.log\n");
        assertThat(ended.err()).isEmpty();
        return ProcessHandle.of(pid(name)).orElseThrow();
    }

    private long pid(String name) throws IOException {
        return Long.parseLong(
                Files.readString(root.resolve("run/" + name + ".pid")).strip());
    }

    private static void signal(ProcessHandle process, String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    private Path log(String name) {
        return root.resolve("log/" + name + ".log");
    }

    private static void awaitIn(Path file, String part) {
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(file).content().contains(part));
    }

    private Mapper mapper() throws InterruptedException {
        Mapper mapper = Mapper.start(MapperConfig.named("boss"), new RabbitTransport(broker()));
        mapper.awaitService("/simple/nap", 1, PATIENCE);
        return mapper;
    }

    @Test
    void anAgentIsStartedAskedAndStopped() throws Exception {
        ProcessHandle fred = daemon("nanite-agent", "fred", "--tag", "blue");
        assertThat(fred.parent().map(ProcessHandle::pid))
                .as("nobody waits for it")
                .isNotEqualTo(Long.valueOf(ProcessHandle.current().pid()));
        Ended status = run("nanite-agent", "status");
        assertThat(status.out())
                .startsWith("nanite-fred runs, pid %d, since 20".formatted(fred.pid()))
                .contains("\n  jobs       0 of 64 slots\n", ": connected\n", "\n  log        " + log("nanite-fred"));
        assertThat(run("nanite-agent", "status", "--token", "bob").code()).isEqualTo(7);

        try (Mapper mapper = mapper()) {
            var nap = mapper.request("/simple/nap", 60_000, CallOptions.target("fred"));
            Semaphore begun = new Semaphore(0);
            nap.onProgress("begun", news -> begun.release());
            begun.acquire();
            assertThat(run("nanite-agent", "status", "--running").out())
                    .contains(
                            "\n  jobs       1 of 64 slots\n",
                            "\n    %s /simple/nap for mapper-boss, since 20".formatted(nap.token()));
            assertThat(run("nanite-agent", "status", "--running", "--json").out())
                    .contains("\"running\":[{\"token\":\"" + nap.token(), "\"executed\":1");
            signal(fred, "USR1");
            awaitIn(log("nanite-fred"), "%s /simple/nap for mapper-boss, since 20".formatted(nap.token()));
            nap.cancel();
        }

        assertThat(run("nanite-agent", "log-level", "debug").out())
                .isEqualTo("nanite-fred: io.nanite is DEBUG, and was INFO\n");
        awaitIn(log("nanite-fred"), " DEBUG ");
        assertThat(run("nanite-agent", "stop")).isEqualTo(new Ended(0, "nanite-fred has ended\n", ""));
        assertThat(fred.isAlive()).isFalse();
        assertThat(root.resolve("run")).doesNotExist();
        assertThat(log("nanite-fred")).content().contains("nanite-fred unregistered", "nanite-fred closed");
        assertThat(root.resolve("log/nanite-fred.out")).isEmptyFile();
    }

    @Test
    void aMapperIsStartedAskedAndStopped() throws Exception {
        ProcessHandle web = daemon("nanite-mapper", "web", "--log-format", "json");
        daemon("nanite-agent", "fred");
        awaitIn(log("mapper-web"), "nanite-fred");
        assertThat(Files.readAllLines(log("mapper-web")))
                .allMatch(line -> line.startsWith("{\"") && line.endsWith("}"));
        assertThat(run("nanite-mapper", "status").out())
                .startsWith("mapper-web runs, pid %d, ".formatted(web.pid()))
                .contains("\n  fabric     1 agents, 0 requests open\n");
        assertThat(run("nanite-mapper", "stop", "--now").code()).isZero();
        assertThat(web.isAlive()).isFalse();
        assertThat(run("nanite-mapper", "stop").code()).isEqualTo(7);
        assertThat(run("nanite-agent", "status").out()).startsWith("nanite-fred runs");
    }

    @Test
    void twoStartsUnderOneNameAreOne() throws Exception {
        ProcessHandle fred = daemon("nanite-agent", "fred");
        for (List<String> second : List.of(started("fred"), started("fred", "-d"))) {
            Ended ended = shell.run("nanite-agent", second);
            assertThat(ended.code()).isEqualTo(7);
            assertThat(ended.err())
                    .isEqualTo("nanite-fred: runs already, pid %d (expected: nobody of this name in %s)%n"
                            .formatted(fred.pid(), root.resolve("run")));
        }
        assertThat(run("nanite-agent", "status").out()).startsWith("nanite-fred runs, pid " + fred.pid());
    }

    @Test
    void ofManyStartsAtOnceOneWins() throws Exception {
        List<Running> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(shell.start("nanite-agent", started("fred", "-d")));
        }
        List<Integer> codes = new ArrayList<>();
        for (Running start : starts) {
            codes.add(start.awaitEnd().code());
        }
        assertThat(codes).containsExactlyInAnyOrder(0, 7, 7, 7);
        assertThat(run("nanite-agent", "stop").code()).isZero();
    }

    @Test
    void aKilledOneIsStartedAgainWhateverItHasLeft() throws Exception {
        ProcessHandle fred = daemon("nanite-agent", "fred");
        kill(fred);
        assertThat(root.resolve("run/nanite-fred.pid")).as("stale").hasContent(Long.toString(fred.pid()));
        assertThat(root.resolve("run/nanite-fred.sock")).exists();
        Ended status = run("nanite-agent", "status", "--token", "fred");
        assertThat(status.code()).isEqualTo(7);
        assertThat(status.err())
                .startsWith("nanite-fred: does not run (expected: ")
                .hasLineCount(1);
        // A number that is somebody else's now.
        Files.writeString(
                root.resolve("run/nanite-fred.pid"), ProcessHandle.current().pid() + "\n");
        assertThat(run("nanite-agent", "stop", "--token", "fred").code()).isEqualTo(7);
        ProcessHandle again = daemon("nanite-agent", "fred");
        assertThat(again.pid()).isNotEqualTo(fred.pid());
        assertThat(run("nanite-agent", "status").out()).startsWith("nanite-fred runs, pid " + again.pid());
    }

    @Test
    void aRestartKeepsWhatItWasStartedWith() throws Exception {
        ProcessHandle fred = daemon("nanite-agent", "fred", "--tag", "blue,tall", "--threadpool", "7");
        Ended ended = shell.in(temporary).run("nanite-agent", "restart", "-n", root.toString());
        assertThat(ended.code()).as(ended.toString()).isZero();
        assertThat(fred.isAlive()).isFalse();
        assertThat(run("nanite-agent", "status", "--json").out())
                .contains("\"slots\":7", "\"pid\":" + pid("nanite-fred"), "--tags=blue,tall");
        assertThat(log("nanite-fred")).content().contains("tags [blue, tall]");
    }

    @Test
    void aTypedPasswordIsInNoListOfProcesses() throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-d", "--token", "fred"));
        arguments.addAll(flags());
        arguments.addAll(List.of("-ptesting"));
        assertThat(shell.run("nanite-agent", arguments).code()).isZero();
        Path process = Path.of("/proc", Long.toString(pid("nanite-fred")));
        assertThat(Files.readString(process.resolve("cmdline")))
                .contains("--token=fred", "--in-background")
                .doesNotContain("testing");
        assertThat(run("nanite-agent", "restart").code()).isZero();
        assertThat(run("nanite-agent", "status", "--json").out())
                .contains("\"connected\":true")
                .doesNotContain("testing");
        assertThat(log("nanite-fred")).content().doesNotContain("testing");
    }

    @Test
    void whoFailsInTheBackgroundSaysWhy() throws Exception {
        Ended refused = shell.with("NANITE_PASS", "canary").run("nanite-agent", started("fred", "-d"));
        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err())
                .contains("refused the login of nanite")
                .hasLineCount(1)
                .doesNotContain("canary");
        assertThat(refused.out()).isEmpty();
        Ended unconnected = run("nanite-agent", "-d", "--token", "fred", "-P", "1");
        assertThat(unconnected.code()).isEqualTo(3);
        assertThat(unconnected.err()).startsWith("no broker at 127.0.0.1:1").hasLineCount(1);
        Ended empty = shell.in(temporary).run("nanite-agent", started("fred", "-d"));
        assertThat(empty.code()).isEqualTo(2);
        assertThat(empty.err()).startsWith("agent folder: ").hasLineCount(1);
        assertThat(root.resolve("run")).doesNotExist();
        assertThat(temporary.resolve("run")).doesNotExist();
    }

    /** How many of many jobs were not answered well; {@code event} happens when a third of them is given away. */
    private static int unanswered(Mapper mapper, Duration timeout, Event event) throws Exception {
        Semaphore window = new Semaphore(WINDOW);
        AtomicInteger well = new AtomicInteger();
        CallOptions options = CallOptions.DEFAULT.withTimeout(timeout);
        for (int i = 0; i < JOBS; i++) {
            if (i == JOBS / 3) {
                event.happen();
            }
            window.acquire();
            try {
                var unused = mapper.request("/simple/nap", NAP_MILLIS, options)
                        .outcomes()
                        .whenComplete((Outcomes outcomes, Throwable thrown) -> {
                            if (outcomes != null && outcomes.ok()) {
                                well.incrementAndGet();
                            }
                            window.release();
                        });
            } catch (NaniteException e) {
                window.release();
            }
        }
        window.acquire(WINDOW);
        return JOBS - well.get();
    }

    @FunctionalInterface
    private interface Event {

        void happen() throws Exception;
    }

    @Test
    void nothingIsLostWhenOneOfTwoIsToldToEndUnderLoad() throws Exception {
        Running fred = shell.start("nanite-agent", started("fred", "--threadpool", "8"));
        fred.awaitLine("nanite-fred started");
        daemon("nanite-agent", "bob", "--threadpool", "8");
        try (Mapper mapper = mapper()) {
            mapper.awaitService("/simple/nap", 2, PATIENCE);
            assertThat(unanswered(mapper, PATIENCE, () -> fred.signal("TERM"))).isZero();
        }
        Ended ended = fred.awaitEnd();
        assertThat(ended.code()).as(fred.toString()).isZero();
        assertThat(ended.err()).doesNotContain("without having finished");
    }

    @Test
    void nothingIsLostWhenOneOfTwoIsStoppedOrKilledUnderLoadAndStartedAgain() throws Exception {
        ProcessHandle fred = daemon("nanite-agent", "fred", "--threadpool", "8");
        daemon("nanite-agent", "bob", "--threadpool", "8");
        try (Mapper mapper = mapper()) {
            mapper.awaitService("/simple/nap", 2, PATIENCE);
            assertThat(unanswered(mapper, PATIENCE, () -> assertThat(run("nanite-agent", "stop", "--token", "fred")
                                    .code())
                            .isZero()))
                    .isZero();
            ProcessHandle again = daemon("nanite-agent", "fred", "--threadpool", "8");
            assertThat(again.pid()).isNotEqualTo(fred.pid());
            mapper.awaitService("/simple/nap", 2, PATIENCE);
            assertThat(unanswered(mapper, PATIENCE, () -> signal(again, "KILL")))
                    .isZero();
            daemon("nanite-agent", "fred");
            assertThat(unanswered(
                            mapper, PATIENCE, () -> assertThat(run("nanite-agent", "stop", "--now", "--token", "fred")
                                            .code())
                                    .isZero()))
                    .isZero();
        }
    }

    @Test
    void whatIsLostWithTheOnlyOneWouldBeNoticed() throws Exception {
        ProcessHandle fred = daemon("nanite-agent", "fred", "--threadpool", "8");
        try (Mapper mapper = mapper()) {
            assertThat(unanswered(mapper, Duration.ofSeconds(3), () -> signal(fred, "KILL")))
                    .isPositive();
        }
    }
}
