package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.admin.ControlTower;
import io.nanite.admin.ControlTowerConfig;
import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.MapperListener;
import io.nanite.mapper.Outcomes;
import io.nanite.rabbitmq.QueueDesk;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows in a few seconds what Nanite is: a broker, agents, a mapper, a death, and work that goes on. */
@Command(
        name = "demo",
        description = "Shows the whole story on the embedded broker: agents come up, a mapper finds them, requests are "
                + "answered, an agent is killed, work goes on.")
final class DemoCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SERVICE = "/simple/echo";

    /** Set by the launcher. */
    private static final String HOME = "NANITE_HOME";

    /** What the agents need to know of the environment; the rest of our variables is about somebody's own fabric. */
    private static final Set<String> INHERITED = Set.of(HOME, "NANITE_JAVA_OPTS", "NANITE_SHARED", "NANITE_CI_RUN");

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--admin",
            description =
                    "keeps a fabric alive instead, with work, failures and deaths in it, and a Control Tower that shows "
                            + "them, until it is told to end")
    boolean admin;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "with --admin: the port of the Control Tower; 0 for any that is free (default: 4000)")
    int httpPort = ControlTowerConfig.DEFAULT.port();

    private final List<Process> processes = new CopyOnWriteArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Logging.level(null, Level.ERROR);
        Path agentRoot = installation().resolve("examples").resolve("simpleagent");
        try (EmbeddedBroker broker = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory())) {
            broker.start();
            say("1. A broker runs in this process, on 127.0.0.1:%d.", broker.port());

            try {
                if (admin) {
                    live(agentRoot, broker.port());
                    return ExitCode.OK.code();
                }
                tell(agentRoot, broker.port());
            } finally {
                stopAgents();
            }
        }
        say("");
        say("That was the whole fabric. Next: the walk-through in README.md, in three terminals.");
        return ExitCode.OK.code();
    }

    private void tell(Path agentRoot, int port) throws IOException, InterruptedException {
        Process fred = agent("fred", agentRoot, port);
        Process bob = agent("bob", agentRoot, port);
        say("2. Two agents start as processes of their own: fred (pid %d) and bob (pid %d).", fred.pid(), bob.pid());

        CountDownLatch death = new CountDownLatch(1);
        try (Mapper mapper = mapper(port, death)) {
            discover(mapper);
            ask(mapper);
            kill(mapper, fred, bob, death);
        }
    }

    /** A fabric with a Control Tower and life in it, until somebody ends it. */
    private void live(Path agentRoot, int port) throws IOException, InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        common.shutdown().with(ended::countDown);
        RabbitConfig where = RabbitConfig.at("127.0.0.1", port, "mapper", new Secret("testing"))
                .withName("mapper-demo");
        RabbitTransport transport = new RabbitTransport(where);
        try (Mapper mapper = Mapper.with(MapperConfig.named("demo").withAgentTimeout(Duration.ofSeconds(5)))
                        .start(transport);
                ControlTower tower = ControlTower.with(ControlTowerConfig.DEFAULT.withPort(httpPort))
                        .ready(transport::isConnected)
                        .blocked(() -> transport.blocked().orElse(null))
                        .desk(new BrokerSide(new QueueDesk(where), null, TimeSource.system()))
                        .version(Main.Version.number())
                        .start(mapper);
                DemoLife life =
                        new DemoLife(mapper, where.withName("demo-life"), name -> agent(name, agentRoot, port))) {
            life.start();
            say(
                    "2. Three agents start as processes of their own: fred, bob and mary. They get work; now and then one is killed.");
            say("3. The Control Tower is at %s", tower.link());
            say("");
            say("Ctrl-C ends it.");
            ended.await();
        }
    }

    private Path installation() {
        String home = common.environment(HOME);
        if (home == null || !Files.isDirectory(Path.of(home))) {
            throw ConfigException.of(HOME, home, "the folder of this installation; start the demo as: nanite demo");
        }
        return Path.of(home);
    }

    @SuppressWarnings("AnnotateFormatMethod") // one annotation is not worth a dependency
    private void say(String sentence, Object... values) {
        common.out().println(sentence.formatted(values));
    }

    private Process agent(String token, Path root, int port) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(installation().resolve("bin").resolve("nanite").toString());
        command.addAll(AgentCommand.arguments(token, root, port, Duration.ofSeconds(1)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(name -> name.startsWith("NANITE_") && !INHERITED.contains(name));
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static Mapper mapper(int port, CountDownLatch death) {
        return Mapper.with(MapperConfig.named("demo").withAgentTimeout(Duration.ofSeconds(5)))
                .listener(new MapperListener() {
                    @Override
                    public void timedOut(Identity agent, Mapper mapper) {
                        death.countDown();
                    }
                })
                .start(new RabbitTransport(RabbitConfig.at("127.0.0.1", port, "mapper", new Secret("testing"))
                        .withName("mapper-demo")));
    }

    private void discover(Mapper mapper) throws InterruptedException {
        if (!mapper.awaitService(SERVICE, 2, PATIENCE)) {
            throw ConfigException.of("agents after " + PATIENCE.toSeconds() + " s", mapper.agents(), "fred and bob");
        }
        say("3. A mapper hears them. Nobody told it where they are:");
        for (AgentView agent : mapper.agents()) {
            say(
                    "     %-4s  status %.2f  offers %s",
                    agent.identity().name(),
                    agent.status().load(),
                    agent.services().stream().map(Object::toString).sorted().collect(Collectors.joining(" ")));
        }
    }

    private void ask(Mapper mapper) throws InterruptedException {
        say("4. A request goes to the least loaded of them:");
        show("request %s \"hello\"".formatted(SERVICE), answered(mapper, CallOptions.DEFAULT, "hello", 1));
        say("5. A request to all of them:");
        show(
                "request %s \"hello all\" --selector all".formatted(SERVICE),
                answered(mapper, CallOptions.all(), "hello all", 2));
    }

    private void kill(Mapper mapper, Process fred, Process bob, CountDownLatch death) throws InterruptedException {
        Outcomes last = answered(mapper, CallOptions.DEFAULT, "who takes it?", 1);
        boolean fredIsNext = last.byAgent().containsKey(Identity.agent("bob"));
        String victim = fredIsNext ? "fred" : "bob";
        String survivor = fredIsNext ? "bob" : "fred";
        Process killed = fredIsNext ? fred : bob;
        killed.destroyForcibly().waitFor();
        say("6. kill -9 %d: %s is dead, and nobody has told the mapper. The next ten requests:", killed.pid(), victim);
        for (int i = 1; i <= 10; i++) {
            Outcomes outcomes = answered(mapper, CallOptions.DEFAULT, "still there? " + i, 1);
            if (!outcomes.byAgent().containsKey(Identity.agent(survivor))) {
                throw new IllegalStateException("answered by %s (expected: %s)".formatted(outcomes, survivor));
            }
        }
        say("     all ten answered by %s; what had gone to %s was given to %s instead.", survivor, victim, survivor);
        if (!death.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the mapper has not noticed that %s is dead".formatted(victim));
        }
        say(
                "7. The mapper has noticed, and knows only %s now.",
                mapper.agents().stream().map(agent -> agent.identity().name()).collect(Collectors.joining(", ")));
    }

    private static Outcomes answered(Mapper mapper, CallOptions options, String payload, int agents)
            throws InterruptedException {
        Outcomes outcomes =
                mapper.request(SERVICE, payload, options.withTimeout(PATIENCE)).await();
        if (!outcomes.ok() || outcomes.byAgent().size() != agents) {
            throw new IllegalStateException("outcomes: %s (expected: %d answers)".formatted(outcomes, agents));
        }
        return outcomes;
    }

    private void show(String request, Outcomes outcomes) {
        Map<String, @Nullable Object> values = outcomes.values();
        say("     $ nanite-mapper %s%n     %s", request, Json.line(values));
    }

    private void stopAgents() throws InterruptedException {
        processes.forEach(Process::destroy);
        for (Process process : processes) {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
