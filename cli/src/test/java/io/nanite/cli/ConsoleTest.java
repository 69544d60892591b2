package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.cli.console.PipeFront;
import io.nanite.cli.console.Screen;
import io.nanite.core.packet.Payload;
import io.nanite.core.security.Glob;
import io.nanite.core.security.Policy;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** What is typed into a console, in a pipe, and what it prints. */
class ConsoleTest {

    @TempDir
    Path temporary;

    /** What a console printed, and what it ended with. */
    private record Ended(int code, String out, String err) {}

    @Actor
    static final class Simple {

        @Expose
        public Payload echo(Payload payload) {
            return payload;
        }

        @Expose
        public String fail() {
            throw new IllegalStateException("not \u001b[31mtoday");
        }

        @Expose
        public String evil() {
            return "a\u009b2Jb";
        }

        @Expose
        public String slow(ActorContext job) {
            job.progress("step", "half way");
            return "done";
        }
    }

    private static Agent agent(TestBroker broker, String name, String... tags) {
        return Agent.start(
                AgentConfig.named(name).withTags(Set.of(tags)),
                new RabbitTransport(RabbitConfig.of(broker.uri("nanite"))),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(new Simple());
                    }
                });
    }

    private static Ended typed(TestBroker broker, String... lines) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        PipeFront front = new PipeFront(
                new BufferedReader(new StringReader(String.join("\n", lines))),
                Screen.plain(new PrintWriter(out, true), new PrintWriter(err, true)));
        try (Mapper mapper = Mapper.start(
                        MapperConfig.named("console"), new RabbitTransport(RabbitConfig.of(broker.uri("mapper"))));
                Session session = new Session(mapper, front, Settings.of(Map.of(), Set.of()), false, null)) {
            int code = session.run();
            return new Ended(code, out.toString(), err.toString());
        }
    }

    /** An answer is out a moment before its slot is free. */
    private static void rest(Agent... agents) {
        for (Agent agent : agents) {
            await().atMost(Duration.ofSeconds(60)).until(() -> agent.busy() == 0);
        }
    }

    @EveryBroker
    void oneSeesWhoIsThereAndAsks(TestBroker broker) {
        try (Agent fred = agent(broker, "fred", "gpu");
                Agent bob = agent(broker, "bob")) {
            Ended ended = typed(
                    broker,
                    "agents",
                    "agent fred",
                    "services --json",
                    "request /simple/echo \"hello you\" --target fred",
                    "request /simple/echo {\"w\": 3} --tag gpu",
                    "request('/simple/echo', '42', :selector => :all) {|res| p res }",
                    "push('/simple/echo', 1)",
                    "explain /simple/echo --target bob",
                    "exit",
                    "agents");
            assertThat(ended.err()).isEmpty();
            assertThat(ended.code()).isZero();
            assertThat(ended.out())
                    .containsSubsequence(
                            "AGENT",
                            "bob",
                            "fred",
                            "agent        fred\n",
                            "  gpu\n",
                            "{\"/simple/echo\":2",
                            "{\"fred\":\"hello you\"}\n",
                            "{\"fred\":{\"w\":3}}\n",
                            "\"42\"",
                            "\"42\"",
                            "pushed to ",
                            "* bob");
            assertThat(ended.out()).containsOnlyOnce("AGENT");
            rest(fred, bob);
        }
    }

    @EveryBroker
    void whatFailsIsSaidAndTheLastOneIsTheExitCode(TestBroker broker) {
        try (Agent fred = agent(broker, "fred")) {
            Ended ended = typed(
                    broker,
                    "request /simple/fail",
                    "requst /simple/echo",
                    "agent nobody",
                    "request('/x', foo)",
                    "request /simple/echo x --selector nope",
                    "request /no/such",
                    "agents");
            assertThat(ended.err())
                    .containsSubsequence(
                            "fred: FAILED: ",
                            "not \\u001b[31mtoday",
                            "unknown command: requst (expected: such as request)",
                            "agent: nobody (expected: one that is alive; agents shows them)",
                            "line, at: foo) (expected: a text, number",
                            "selector: nope (expected: one of least_loaded",
                            "/no/such")
                    .doesNotContain("\u001b", "defect");
            assertThat(ended.code()).isEqualTo(ExitCode.NO_AGENT.code());
            rest(fred);
        }
    }

    @EveryBroker
    void whatAHostileAgentSendsMovesNoCursor(TestBroker broker) {
        try (Agent fred = agent(broker, "fred")) {
            Ended ended = typed(broker, "request /simple/evil", "request /simple/slow");
            assertThat(ended.out()).isEqualTo("{\"fred\":\"a\\u009b2Jb\"}\n{\"fred\":\"done\"}\n");
            assertThat(ended.err()).isEqualTo("fred: step: \"half way\"\n");
            rest(fred);
        }
    }

    @EveryBroker
    void flagsCanBeSetForAllThatFollows(TestBroker broker) {
        try (Agent fred = agent(broker, "fred");
                Agent bob = agent(broker, "bob")) {
            Ended ended = typed(
                    broker,
                    "set selector all",
                    "set json true",
                    "request /simple/echo 1",
                    "set json",
                    "set",
                    "set selector nobody",
                    "set selektor all",
                    "set timeout soon");
            assertThat(ended.out())
                    .containsSubsequence("{\"token\":", "\"bob\":{\"verdict\":\"OK\"")
                    .contains("\"fred\":{\"verdict\":\"OK\"")
                    .endsWith("selector all\n");
            assertThat(ended.err())
                    .containsSubsequence(
                            "selector: nobody (expected: one of least_loaded, random, rr, all)",
                            "SETTING: selektor (expected: such as selector)",
                            "timeout: soon (expected: ");
            assertThat(ended.code()).isEqualTo(ExitCode.USAGE.code());
            rest(fred, bob);
        }
    }

    @EveryBroker
    void theStoryOfARequestCanBeRead(TestBroker broker) {
        try (Agent fred = agent(broker, "fred")) {
            Ended ended = typed(broker, "jobs", "request /simple/echo 1", "why", "jobs --all", "cancel all", "why x!");
            assertThat(ended.out())
                    .containsSubsequence(
                            "no requests wait for answers",
                            "{\"fred\":1}",
                            "accepted: /simple/echo",
                            "sent, nanite-fred: least_loaded",
                            "outcome, nanite-fred: OK",
                            "ended",
                            "/simple/echo",
                            "1 OK",
                            "nothing to cancel: it has ended");
            assertThat(ended.err()).contains("TOKEN: x! (expected: the token of a request of this console");
            rest(fred);
        }
    }

    @EveryBroker
    void javaSaysWhatCommandsDoNot(TestBroker broker) {
        try (Agent fred = agent(broker, "fred")) {
            Ended ended = typed(
                    broker,
                    "agents",
                    "eval var size = mapper.agents().size()",
                    "eval \"agents: \" + size",
                    "eval int twice(int n) {",
                    "  return 2 * n; }",
                    "eval twice(21)",
                    "eval nonsense(",
                    ")",
                    "eval List.of().get(1)");
            assertThat(ended.err())
                    .contains("nonsense", "IndexOutOfBoundsException")
                    .doesNotContain("mapper");
            assertThat(ended.out()).containsSubsequence("1\n", "\"agents: 1\"\n", "42\n");
            assertThat(ended.code()).isEqualTo(ExitCode.FAILED.code());
            rest(fred);
        }
    }

    @EveryBroker
    void aFileIsDoneLineByLine(TestBroker broker) throws IOException {
        Path file =
                Files.writeString(temporary.resolve("morning.txt"), "request /simple/echo 1\nrequest /simple/fail\n");
        Path endless = temporary.resolve("endless.txt");
        Files.writeString(endless, "source " + endless + "\n");
        try (Agent fred = agent(broker, "fred")) {
            Ended ended = typed(broker, "source " + file, "source " + endless, "source nothing.txt");
            assertThat(ended.out()).isEqualTo("{\"fred\":1}\n");
            assertThat(ended.err())
                    .containsSubsequence(
                            "fred: FAILED", "files in files: 17 (expected: 16 at most)", "FILE: nothing.txt");
            rest(fred);
        }
    }

    @EveryBroker
    void aBenchCountsEachAnswer(TestBroker broker) {
        try (Agent fred = agent(broker, "fred")) {
            Ended ended = typed(
                    broker,
                    "bench /simple/echo hello -n 200 -c 8",
                    "bench /simple/echo -n 50 --json",
                    "bench /simple/fail -n 3",
                    "bench /simple/echo -n 0");
            assertThat(ended.out())
                    .containsSubsequence(
                            "200 requests in ", "; 200 OK\n", "p99 ", " ms  ", "{\"requests\":50,", "3 FAILED");
            assertThat(ended.err()).isEqualTo("--requests: 0 (expected: at least 1)\n");
            rest(fred);
        }
    }

    @EveryBroker
    void aServiceCanBeWatched(TestBroker broker) {
        try (Agent fred = agent(broker, "fred")) {
            Ended ended = typed(broker, "agents", "watch /simple/echo --times 1", "watch /x --every 0s");
            assertThat(ended.out()).contains("fred came: status ", "in flight 0");
            assertThat(ended.err()).contains("--every: ");
            rest(fred);
        }
    }

    @EveryBroker
    void agentsDoWhatTheyAreTold(TestBroker broker) {
        try (Agent fred = agent(broker, "fred")) {
            Ended ended = typed(
                    broker,
                    "agents",
                    "ping fred",
                    "drain fred",
                    "drain fred",
                    "request /simple/echo 1",
                    "ping fred --json",
                    "resume fred",
                    "request /simple/echo 2 --target fred",
                    "threads fred",
                    "loglevel fred debug",
                    "ping nobody");
            assertThat(ended.out())
                    .containsSubsequence(
                            "fred is here: ",
                            "fred takes no more work; jobs that run: 0\n",
                            "fred takes no more work; jobs that run: 0\n",
                            "{\"agent\":\"fred\",\"answer\":\"here\",\"millis\":",
                            "fred takes work; free slots: 64\n",
                            "{\"fred\":2}\n",
                            "\"nanite-fred-instructed\" RUNNABLE");
            assertThat(ended.out()).doesNotContain("{\"fred\":1}");
            assertThat(ended.err())
                    .containsSubsequence(
                            "/simple/echo",
                            "fred: FAILED: ConfigException: log level: debug",
                            "nobody: LOST: NoSuchAgent");
            assertThat(ended.code()).isEqualTo(ExitCode.NO_AGENT.code());
            rest(fred);
        }
    }

    @EveryBroker
    void aPolicySaysWhoMayTellAnAgentWhat(TestBroker broker) {
        Policy.Rule rule = new Policy.Rule(
                "no drain",
                false,
                Set.of(Policy.Act.CALL),
                List.of(new Glob("mapper-*")),
                List.of(new Glob("/nanite/drain")));
        Policy policy = new Policy(true, List.of(rule));
        try (Agent fred = Agent.start(
                AgentConfig.named("fred"),
                new RabbitTransport(RabbitConfig.of(broker.uri("nanite"))),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(new Simple());
                        policy(policy);
                    }
                })) {
            Ended ended = typed(
                    broker,
                    "drain fred",
                    "ping fred",
                    "eval mapper.instruct(Identity.agent(\"fred\"), new Instruction(\"dance\", null)).toCompletableFuture().get()");
            assertThat(ended.err()).contains("fred: REFUSED: Refused: ", "refused by the rule \"no drain\"");
            assertThat(ended.out())
                    .containsSubsequence(
                            "fred is here",
                            "action: dance (expected: one of drain, figures, log_level, ping, resume, threads)");
            assertThat(fred.refusals()).containsEntry("no drain", 1L);
        }
    }

    @EveryBroker
    void helpHasExamples(TestBroker broker) {
        Ended ended = typed(broker, "help", "help request", "help bench", "help nothing", "agents");
        assertThat(ended.out())
                .containsSubsequence(
                        "  request ",
                        "  exit ",
                        "help COMMAND",
                        "Usage: request [",
                        "Such as:",
                        "  request /simple/echo hello",
                        "Usage: bench [",
                        "no agents");
        assertThat(ended.err()).startsWith("COMMAND: nothing (expected: such as ");
    }

    @EveryBroker
    void whoLooksOnSeesWhatWaitsForAnAgent(TestBroker broker) {
        try (Agent fred = agent(broker, "fred")) {
            Cli.Ended ended = Cli.at(broker.uri()).run("top", "--json");
            assertThat(ended.err()).isEmpty();
            assertThat(ended.out()).contains("\"agent\":\"fred\"", "\"queued\":0", "\"jobs_per_s\":null");
            rest(fred);
        }
    }
}
