package io.nanite.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailedStartTest {

    private final StartedThreads threads = new StartedThreads();

    @TempDir
    private Path folder;

    @Test
    void aTakenPortIsNamedAndNothingStaysBehind() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EmbeddedBrokerConfig config = EmbeddedBrokerConfig.durable(folder).withPort(taken.getLocalPort());
            assertRefused(
                    config,
                    "embedded broker: cannot listen on 127.0.0.1:%d: Address already in use (expected: an address of this machine and a free port, or port 0 for any)"
                            .formatted(taken.getLocalPort()));
            assertUsable(config.withPort(0));
        }
    }

    @Test
    void anAddressOfAnotherMachineIsNamed() throws Exception {
        assertRefused(EmbeddedBrokerConfig.inMemory().withBindAddress("192.0.2.1"), "cannot listen on 192.0.2.1:0");
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertRefused(
                EmbeddedBrokerConfig.durable(file.resolve("data")), "data folder " + file.resolve("data") + ": cannot");
    }

    @Test
    void aFolderThatAnotherBrokerOfThisJvmUsesIsNamed() throws Exception {
        EmbeddedBrokerConfig config = EmbeddedBrokerConfig.durable(folder);
        try (EmbeddedBroker owner = new EmbeddedBroker(config)) {
            owner.start();
            StartedThreads sinceOwner = new StartedThreads();
            assertThatThrownBy(new EmbeddedBroker(config)::start)
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessage(
                            "embedded broker: data folder %s: another broker uses it (expected: a folder that this process may write and no other broker uses)",
                            folder);
            sinceOwner.assertGone();
        }
        assertUsable(config);
    }

    @Test
    void aFolderThatABrokerOfAnotherProcessUsesIsNamed() throws Exception {
        try (BrokerProcess owner = BrokerProcess.start(folder, List.of(), 1 << 20, folder.resolve("data"))) {
            assertThat(owner.uri()).startsWith("amqp://");
            assertRefused(EmbeddedBrokerConfig.durable(folder.resolve("data")), "another broker uses it");
        }
    }

    @Test
    void aFolderWithSomethingElseInItIsNamed() throws Exception {
        Files.createDirectories(folder.resolve("store/nanite"));
        Files.writeString(folder.resolve("store/nanite/holiday.txt"), "not a database");
        EmbeddedBrokerConfig config = EmbeddedBrokerConfig.durable(folder);
        assertRefused(
                config,
                "data folder %s: cannot be opened: Directory %s already exists"
                        .formatted(folder, folder.resolve("store/nanite")));
        Files.delete(folder.resolve("store/nanite/holiday.txt"));
        Files.delete(folder.resolve("store/nanite"));
        assertUsable(config);
    }

    @Test
    void aDamagedStoreIsNamed() throws Exception {
        EmbeddedBrokerConfig config = EmbeddedBrokerConfig.durable(folder);
        assertUsable(config);
        Files.delete(folder.resolve("store/nanite/service.properties"));
        assertRefused(config, "data folder %s: cannot be opened".formatted(folder));
    }

    @Test
    void whatBrokerJItselfRefusesLeavesNothingBehindEither() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EmbeddedBrokerConfig config = EmbeddedBrokerConfig.inMemory().withPort(taken.getLocalPort());
            assertThatThrownBy(() -> RunningBroker.start(new InitialConfiguration(config)))
                    .hasMessageContaining("ERRORED");
            threads.assertGone();
        }
    }

    @Test
    void aNodeOfBrokerJThatFailsLeavesNothingBehindEither() throws Exception {
        Files.createDirectories(folder.resolve("store/nanite"));
        EmbeddedBrokerConfig config = EmbeddedBrokerConfig.durable(folder);
        assertThatThrownBy(() -> RunningBroker.start(new InitialConfiguration(config)))
                .isInstanceOf(RuntimeException.class);
        threads.assertGone();
    }

    private void assertRefused(EmbeddedBrokerConfig config, String message) throws InterruptedException {
        EmbeddedBroker broker = new EmbeddedBroker(config);
        assertThatThrownBy(broker::start)
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("(expected: ")
                .hasMessageNotContaining("testing");
        threads.assertGone();
    }

    private static void assertUsable(EmbeddedBrokerConfig config) throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(config)) {
            broker.start();
            Client.connect(broker.uri("mapper")).close();
        }
    }
}
