package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.dist.Running.Ended;
import io.nanite.dist.actors.Gate;
import io.nanite.dist.actors.Liar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done in the three terminals of the walk-through, and what goes wrong in them. Each broker runs all of it. */
abstract class FabricScenarios {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WARNING = "a password on the command line shows in every list of processes";

    @TempDir
    Path temporary;

    private final Shell shell = Shell.open();

    /** The flags that lead an agent to the broker. */
    abstract List<String> agentFlags();

    /** What nobody must ever read. */
    abstract String password();

    /** The flags that lead a mapper to the broker. */
    abstract List<String> mapperFlags();

    @BeforeAll
    static void warmUp() throws InterruptedException {
        Shell.warmUp();
    }

    @AfterEach
    void endAll() throws InterruptedException {
        shell.close();
    }

    Running agent(String token, String... more) throws InterruptedException {
        return agent(shell, token, more);
    }

    private Running agent(Shell where, String token, String... more) throws InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--token", token, "--ping-time", "1s"));
        arguments.addAll(agentFlags());
        arguments.addAll(Arrays.asList(more));
        Running agent = where.start("nanite-agent", arguments);
        agent.awaitLine("nanite-" + token + " started");
        return agent;
    }

    private List<String> mapperArguments(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(mapperFlags());
        return all;
    }

    Running mapperThatStays(String token) throws InterruptedException {
        Running mapper = shell.start("nanite-mapper", mapperArguments("--token", token));
        mapper.awaitLine("mapper-" + token + " is up");
        return mapper;
    }

    Ended mapper(String... arguments) throws InterruptedException {
        return unwarned(shell.run("nanite-mapper", mapperArguments(arguments)));
    }

    /** Without the warning that whoever types a password gets. */
    private static Ended unwarned(Ended ended) {
        String err = ended.err()
                .lines()
                .filter(line -> !line.contains(WARNING))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        return new Ended(ended.code(), ended.out(), err);
    }

    /** What is answered, and nothing but the answer. */
    private String answer(String... arguments) throws InterruptedException {
        Ended ended = mapper(arguments);
        assertThat(ended.err()).isEmpty();
        assertThat(ended.code()).as(ended.out()).isZero();
        return ended.out();
    }

    /** An agent may say that it is there a moment after the call has looked around. */
    private void awaitAgents(String... names) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            String agents = answer("agents");
            for (String name : names) {
                assertThat(agents).contains(name + " ");
            }
            assertThat(agents.lines()).hasSize(names.length + 1);
        });
    }

    private void walkThrough() throws InterruptedException {
        assertThat(answer("agents")).contains("/simple/echo /simple/hello");
        assertThat(answer("request", "/simple/echo", "hello world!", "--selector", "all"))
                .contains("\"fred\":\"hello world!\"", "\"bob\":\"hello world!\"");
        assertThat(answer("request", "/simple/hello")).matches("\\{\"(fred|bob)\":\"hello nanite\"}\n");
        assertThat(answer("request", "/simple/add", "{\"a\": 2, \"b\": 3}")).matches("\\{\"(fred|bob)\":5}\n");
        Ended counted = mapper("request", "/simple/count", "3", "--target", "bob");
        assertThat(counted.out()).isEqualTo("{\"bob\":3}\n");
        assertThat(counted.err()).isEqualTo("bob: step: 1\nbob: step: 2\nbob: step: 3\n");
    }

    @Test
    void theWalkThroughWorks() throws InterruptedException {
        agent("fred");
        agent("bob", "--tag", "blue,tall");
        awaitAgents("bob", "fred");

        walkThrough();
        assertThat(answer("request", "/simple/echo", "1", "--target", "fred")).isEqualTo("{\"fred\":1}\n");
        assertThat(answer("request", "/simple/echo", "1", "--target", "nanite-bob"))
                .isEqualTo("{\"bob\":1}\n");
        assertThat(answer("request", "/simple/echo", "1", "--tag", "blue", "--tag", "tall"))
                .isEqualTo("{\"bob\":1}\n");
        assertThat(answer("request", "/simple/echo", "gr\u00fc\u00dfe \u2713", "--target", "bob"))
                .isEqualTo("{\"bob\":\"gr\u00fc\u00dfe \u2713\"}\n");
        assertThat(answer("request", "/simple/echo", "x", "--target", "bob", "--json"))
                .contains("\"token\":", "\"bob\":{\"verdict\":\"OK\",\"value\":\"x\"}");
        assertThat(answer("push", "/simple/hello", "--target", "bob")).isEqualTo("pushed to bob\n");
        assertThat(answer("request", "/simple/echo", "1", "--selector", "all", "--min-replies", "1"))
                .contains(":1");
        assertThat(answer("request", "/simple/echo", "1", "--selector", "all", "--batch", "1"))
                .contains("\"fred\":1", "\"bob\":1");
        assertThat(answer("explain", "/simple/echo", "--tag", "blue"))
                .startsWith("/simple/echo to bob\n  * bob: chosen: load ")
                .endsWith("    fred: lacks the tags [blue]\n");
        assertThat(answer("explain", "/simple/echo", "--target", "bob", "--json"))
                .contains("\"selector\":\"target\"", "\"agent\":\"bob\",\"chosen\":true,\"why\":\"the target\"");
        assertThat(mapper("explain", "/no/such").code()).isEqualTo(6);

        Ended secret = mapper("request", "/simple/secret");
        assertThat(secret.code()).isEqualTo(6);
        assertThat(secret.err()).isEqualTo("/simple/secret: no live agent offers it\n");

        Ended failing = mapper("request", "/simple/count", "101", "--target", "bob");
        assertThat(failing.code()).isEqualTo(1);
        assertThat(failing.err()).isEqualTo("bob: FAILED: IllegalArgumentException: steps: 101 (expected: 0 to 100)\n");
    }

    @Test
    void anAgentWithoutATokenMakesOneUp() throws InterruptedException {
        Running agent = shell.start("nanite-agent", agentFlags());
        String started = agent.awaitLine(" started with ");
        String name = started.replaceFirst(".*nanite-([0-9a-f]{32}) started.*", "$1");
        assertThat(name).as(started).hasSize(32);

        awaitAgents(name);
        assertThat(answer("request", "/simple/hello")).isEqualTo("{\"%s\":\"hello nanite\"}\n".formatted(name));
    }

    @Test
    void theWalkThroughWouldNoticeAnAgentThatAnswersWrongly() throws Exception {
        Path liars = Shell.agentFolder(temporary, Liar.class);
        agent(shell.in(liars), "fred");
        agent(shell.in(liars), "bob");
        awaitAgents("bob", "fred");
        assertThatThrownBy(this::walkThrough).isInstanceOf(AssertionError.class);
    }

    @Test
    void whatIsPushedIsDone() throws Exception {
        agent(shell.in(Shell.agentFolder(temporary, Gate.class)), "fred");
        awaitAgents("fred");
        answer("push", "/gate/note", "{\"folder\": \"%s\", \"text\": \"pushed\"}".formatted(temporary));
        Path note = temporary.resolve("note");
        Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(note));
        assertThat(note).hasContent("pushed");
    }

    @Test
    void afterAKillTheOtherAgentAnswers() throws InterruptedException {
        Running fred = agent("fred");
        agent("bob");
        awaitAgents("bob", "fred");
        fred.signal("KILL");
        assertThat(fred.awaitEnd().code()).isEqualTo(137);
        for (int i = 1; i <= 3; i++) {
            assertThat(answer("request", "/simple/echo", Integer.toString(i))).isEqualTo("{\"bob\":%d}\n".formatted(i));
        }
    }

    @Test
    void whoDoesNotAnswerInTimeIsNamed() throws Exception {
        agentWithGate("slow", temporary);
        awaitAgents("slow");
        Ended ended = mapper("request", "/gate/pass", temporary.toString(), "--timeout", "10s");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).startsWith("slow: TIMEOUT: ").hasLineCount(1);
        assertThat(temporary.resolve("begun")).exists();
        Files.createFile(temporary.resolve("end"));
    }

    private Running agentWithGate(String token, Path gate) throws IOException, InterruptedException {
        Path root = Shell.agentFolder(Files.createDirectory(gate.resolve("root of " + token)), Gate.class);
        return agent(shell.in(root), token);
    }

    @Test
    void anAgentThatIsToldToEndFinishesItsJobLeavesAndEndsWithZero() throws Exception {
        Running fred = agentWithGate("fred", temporary);
        Running request = shell.start("nanite-mapper", mapperArguments("request", "/gate/pass", temporary.toString()));
        Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(temporary.resolve("begun")));

        fred.signal("TERM");
        awaitNobody();
        assertThat(fred.handle().isAlive()).as("its job is not finished").isTrue();
        Files.createFile(temporary.resolve("end"));

        assertThat(fred.awaitEnd().code()).as(fred.toString()).isZero();
        assertThat(temporary.resolve("ended")).exists();
        Ended answered = request.awaitEnd();
        assertThat(answered.out()).as(request.toString()).isEqualTo("{\"fred\":\"passed\"}\n");
        assertThat(answered.code()).isZero();
    }

    private void awaitNobody() {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(answer("agents"))
                .startsWith("no agents"));
    }

    @Test
    void theSecondSignalDoesNotWaitForTheJob() throws Exception {
        Running fred = agentWithGate("fred", temporary);
        shell.start("nanite-mapper", mapperArguments("push", "/gate/pass", temporary.toString()));
        Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(temporary.resolve("begun")));
        fred.signal("TERM");
        awaitNobody();
        fred.signal("TERM");
        Ended ended = fred.awaitEnd();
        assertThat(ended.code()).isEqualTo(143);
        assertThat(ended.err())
                .containsPattern("nanite-fred ends at once without having finished 1 job: [0-9a-f]{32}\n");
        assertThat(temporary.resolve("ended")).doesNotExist();
    }

    @Test
    void whoInterruptsARequestLeavesNothingWaiting() throws Exception {
        agentWithGate("fred", temporary);
        Running request = shell.start(
                "nanite-mapper", mapperArguments("request", "/gate/pass", temporary.toString(), "--log-level", "info"));
        Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(temporary.resolve("begun")));
        request.signal("INT");
        Ended ended = request.awaitEnd();
        assertThat(ended.code()).isEqualTo(130);
        assertThat(ended.err()).as("its queue goes with it").contains(" is down");
        Files.createFile(temporary.resolve("end"));
        Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(temporary.resolve("ended")));
    }

    @Test
    void aMapperThatStaysTellsWhoComesAndGoesAndEndsWithZero() throws InterruptedException {
        Running mapper = mapperThatStays("watcher");
        Running fred = agent("fred");
        mapper.awaitLine("nanite-fred");
        fred.signal("TERM");
        assertThat(fred.awaitEnd().code()).isZero();
        mapper.signal("TERM");
        Ended ended = mapper.awaitEnd();
        assertThat(ended.code()).as(mapper.toString()).isZero();
        assertThat(ended.err()).contains("mapper-watcher is down");
    }

    @Test
    void aSecondAgentOfTheSameNameIsRefusedByName() throws InterruptedException {
        agent("fred");
        List<String> arguments = new ArrayList<>(List.of("--token", "fred", "--log-level", "error"));
        arguments.addAll(
                List.of("--pid-dir", temporary.resolve("another machine").toString()));
        arguments.addAll(agentFlags());
        Ended second = unwarned(shell.run("nanite-agent", arguments));
        assertThat(second.code()).isEqualTo(4);
        assertThat(second.err()).contains("nanite-fred").hasLineCount(1);
        awaitAgents("fred");
        assertThat(answer("request", "/simple/echo", "1")).isEqualTo("{\"fred\":1}\n");
    }

    @Test
    void aSecondMapperOfTheSameNameIsRefusedByName() throws InterruptedException {
        mapperThatStays("web1");
        Ended second = mapper("agents", "--token", "web1");
        assertThat(second.code()).isEqualTo(4);
        assertThat(second.err()).contains("mapper-web1").hasLineCount(1);
    }

    @Test
    void thePasswordIsNeverPrinted() throws InterruptedException {
        List<String> wrong = new ArrayList<>(mapperFlags());
        int at = wrong.indexOf("-p");
        if (at >= 0) {
            wrong.subList(at, at + 2).clear();
        }
        List<String> arguments = new ArrayList<>(List.of("agents", "--log-level", "trace"));
        arguments.addAll(wrong);
        Ended inTheEnvironment = shell.with("NANITE_PASS", "canary-in-a-mine").run("nanite-mapper", arguments);
        assertThat(inTheEnvironment.code()).isEqualTo(4);
        arguments.addAll(List.of("-p", "canary-in-a-mine"));
        Ended typed = shell.run("nanite-mapper", arguments);
        assertThat(typed.code()).isEqualTo(4);
        assertThat(typed.err()).contains(WARNING);
        for (Ended ended : List.of(inTheEnvironment, typed)) {
            assertThat(ended.err()).contains("refused the login");
            assertThat(ended.out() + ended.err()).doesNotContainIgnoringCase("canary");
        }

        Running fred = agent("fred", "--log-level", "trace");
        awaitAgents("fred");
        String everything = mapper("request", "/simple/hello", "--log-level", "trace", "--json") + "";
        fred.signal("TERM");
        everything += fred.awaitEnd();
        assertThat(everything).hasSizeGreaterThan(100).doesNotContain(password());
    }
}
