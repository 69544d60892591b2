package io.nanite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.ActorFolder;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.LoadedActors;
import io.nanite.core.packet.Service;
import io.nanite.testkit.InMemoryBroker;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source that the guide shows is one that an agent hosts as it stands there. */
class FolderTest {

    @Test
    void theSourceOfTheGuideIsCompiledAndHosted(@TempDir Path root) throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/nanite/docs/Greeter.java"));
        String shown = source.substring(source.indexOf("// region"), source.indexOf("// endregion"));
        Files.writeString(Files.createDirectories(root.resolve("actors")).resolve("Greeter.java"), shown);
        List<Path> classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        InMemoryBroker broker = InMemoryBroker.threaded();
        try (LoadedActors actors = ActorFolder.of(root).withClassPath(classPath).load();
                Agent agent = Agent.start(AgentConfig.named("a"), broker.transport("a"), actors.asModule())) {
            assertThat(agent.services()).containsExactly(Service.parse("/greeter/hello"));
        }
    }
}
