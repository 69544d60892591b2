package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.nanite.agent.ActorFolder;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.core.packet.Service;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.ManualLoop;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A folder that is watched: what changes in it changes in the agents, unless it is wrong. */
class FolderActorsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(250);

    private static final String SIMPLE = """
            import io.nanite.agent.actor.*;

            @Actor
            class Simple {
                @Expose
                String answer() {
                    return "ANSWER";
                }
            }
            """;

    @TempDir
    Path root;

    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final ManualLoop loop = new ManualLoop();
    private final List<Agent> agents = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private @Nullable FolderActors folder;

    @BeforeEach
    void listen() {
        log.start();
        logger().setLevel(Level.INFO);
        logger().addAppender(log);
    }

    @AfterEach
    void end() {
        logger().detachAppender(log);
        logger().setLevel(null);
        agents.forEach(Agent::close);
        if (folder != null) {
            folder.close();
        }
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(FolderActors.class);
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void written(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private static String simple(String answer) {
        return SIMPLE.replace("ANSWER", answer);
    }

    private void start(AgentModule... modules) {
        List<Path> classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        FolderActors loaded =
                new FolderActors(ActorFolder.of(root).withClassPath(classPath).withCopying(true));
        folder = loaded;
        for (int i = 0; i < modules.length; i++) {
            String name = "a" + i;
            AgentModule module = modules[i];
            Agent agent = loaded.in(
                    () -> Agent.create(AgentConfig.named(name), broker.transport(name), module, loaded.init()));
            agent.start();
            agents.add(agent);
        }
        loaded.watch(loop);
    }

    private static AgentModule nothing() {
        return new AgentModule() {};
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            loop.advance(LOOK);
        }
    }

    private List<String> services(int agent) {
        return agents.get(agent).services().stream().map(Service::path).sorted().toList();
    }

    /** What each agent answers. */
    private Map<String, @Nullable Object> answers() throws Exception {
        try (Mapper mapper = Mapper.start(MapperConfig.named("m"), broker.transport("m"))) {
            assertThat(mapper.awaitService("/simple/answer", agents.size(), PATIENCE))
                    .isTrue();
            return mapper.request("/simple/answer", null, CallOptions.all())
                    .await()
                    .values();
        }
    }

    @Test
    void aChangedSourceAnswersAnewInAllAgents() throws Exception {
        written("actors/Simple.java", simple("old"));
        start(nothing(), nothing());
        assertThat(answers()).isEqualTo(Map.of("a0", "old", "a1", "old"));
        written("actors/Simple.java", simple("and new"));
        look(2);
        assertThat(answers()).isEqualTo(Map.of("a0", "and new", "a1", "and new"));
        assertThat(said()).containsExactly("Simple.java changed, loaded again: 1 service");
    }

    @Test
    void newActorsComeAndOldOnesGo() throws Exception {
        written("actors/Simple.java", simple("old"));
        start(nothing());
        written("actors/Other.java", simple("x").replace("Simple", "Other"));
        look(2);
        assertThat(services(0)).containsExactly("/other/answer", "/simple/answer");
        Files.delete(root.resolve("actors/Simple.java"));
        look(2);
        assertThat(services(0)).containsExactly("/other/answer");
        Files.delete(root.resolve("actors/Other.java"));
        Files.delete(root.resolve("actors"));
        look(2);
        assertThat(services(0)).isEmpty();
        written("actors/Simple.java", simple("back"));
        look(2);
        assertThat(answers()).isEqualTo(Map.of("a0", "back"));
        assertThat(said())
                .containsExactly(
                        "Other.java changed, loaded again: 2 services, new /other/answer",
                        "Simple.java changed, loaded again: 1 service, gone /simple/answer",
                        "Other.java changed, loaded again: 0 services, gone /other/answer",
                        "Simple.java changed, loaded again: 1 service, new /simple/answer");
    }

    @Test
    void whatDoesNotCompileLeavesTheOldOneServing() throws Exception {
        written("actors/Simple.java", simple("old"));
        start(nothing());
        written("actors/Simple.java", simple("new").replace("return", "retrun"));
        look(4);
        assertThat(answers()).isEqualTo(Map.of("a0", "old"));
        assertThat(said()).hasSize(1);
        assertThat(said().get(0))
                .startsWith("Simple.java changed, the actors stay as they were: ")
                .contains("Simple.java:7: error: not a statement\n        retrun \"new\";\n        ^\n");
        written("actors/Simple.java", simple("better"));
        look(2);
        assertThat(answers()).isEqualTo(Map.of("a0", "better"));
    }

    @Test
    void aJarThatCannotBeReadLeavesTheOldOneServing() throws Exception {
        written("actors/Simple.java", simple("old"));
        start(nothing());
        written("actors/half.jar", "PK\u0003\u0004 half a jar");
        look(2);
        assertThat(answers()).isEqualTo(Map.of("a0", "old"));
        assertThat(said().get(0))
                .startsWith("half.jar changed, the actors stay as they were: actor jar: half.jar: ")
                .endsWith("(expected: a readable jar)");
    }

    @Test
    void whileSomebodyWritesNothingIsLoaded() throws Exception {
        written("actors/Simple.java", simple("old"));
        start(nothing());
        for (int i = 1; i <= 5; i++) {
            written("actors/Simple.java", simple("x".repeat(i)));
            look(1);
        }
        assertThat(said()).isEmpty();
        look(1);
        assertThat(said()).hasSize(1);
        assertThat(answers()).isEqualTo(Map.of("a0", "xxxxx"));
        look(3);
        assertThat(said()).hasSize(1);
    }

    @Test
    void anInitThatChangesSaysThatItNeedsARestart() throws Exception {
        written("actors/Simple.java", simple("old"));
        start(nothing());
        written("init.java", "class Init extends io.nanite.agent.AgentModule {}");
        look(4);
        assertThat(said()).containsExactly("init has changed: restart the agent to have it");
    }

    @Test
    void whatOneAgentCannotHostNoneDoes() throws Exception {
        written("actors/Simple.java", simple("old"));
        start(
                new AgentModule() {
                    @Override
                    protected void configure() {
                        bind(java.time.ZoneId.class).toInstance(java.time.ZoneOffset.UTC);
                    }
                },
                nothing());
        written(
                "actors/Simple.java",
                simple("new").replace("@Expose", "@jakarta.inject.Inject java.time.ZoneId zone;\n@Expose"));
        look(2);
        assertThat(answers()).isEqualTo(Map.of("a0", "old", "a1", "old"));
        assertThat(said()).hasSize(1);
        assertThat(said().get(0)).contains("java.time.ZoneId").hasLineCount(1);
    }

    @Test
    void aChosenActorThatGoesIsNoError() throws Exception {
        written("actors/Simple.java", simple("old"));
        List<Path> classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        FolderActors loaded =
                new FolderActors(ActorFolder.of(root).withClassPath(classPath).withOnly(Set.of("simple")));
        folder = loaded;
        agents.add(loaded.in(() -> Agent.create(AgentConfig.named("a0"), broker.transport("a0"), loaded.init())));
        loaded.watch(loop);
        written("actors/Simple.java", simple("new").replace("Simple", "Other"));
        Files.move(root.resolve("actors/Simple.java"), root.resolve("actors/Other.java"));
        look(2);
        assertThat(services(0)).isEmpty();
    }
}
