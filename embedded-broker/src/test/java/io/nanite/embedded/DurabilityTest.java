package io.nanite.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurabilityTest {

    private static final int MESSAGES = 100;

    @TempDir
    private Path folder;

    @Test
    void persistentMessagesSurviveACloseAndNothingElseDoes() throws Exception {
        EmbeddedBrokerConfig config = EmbeddedBrokerConfig.durable(folder);
        try (EmbeddedBroker broker = new EmbeddedBroker(config)) {
            broker.start();
            try (Client client = Client.connect(broker.uri("mapper"))) {
                fill(client);
            }
        }
        assertKept(config);
    }

    @Test
    void persistentMessagesSurviveAKill() throws Exception {
        Path data = folder.resolve("data");
        try (BrokerProcess process = BrokerProcess.start(folder, List.of(), 64 << 20, data);
                Client client = Client.connect(process.uri())) {
            fill(client);
            process.kill();
        }
        assertKept(EmbeddedBrokerConfig.durable(data));
    }

    private static void fill(Client client) throws Exception {
        client.channel().exchangeDeclare("reply", "topic", true);
        client.declareDurable("durable");
        client.channel().queueBind("durable", "reply", "#");
        client.declareTransient("transient");
        client.publishConfirmed("durable", MESSAGES, Client.PERSISTENT);
        client.publishConfirmed("durable", MESSAGES, Client.TRANSIENT);
        client.publishConfirmed("transient", MESSAGES, Client.PERSISTENT);
    }

    private static void assertKept(EmbeddedBrokerConfig config) throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(config)) {
            broker.start();
            try (Client client = Client.connect(broker.uri("mapper"))) {
                assertThat(client.depth("durable")).isEqualTo(MESSAGES);
                for (int i = 0; i < MESSAGES; i++) {
                    assertThat(client.channel().basicGet("durable", true).getBody())
                            .containsExactly(i);
                }
                client.channel().basicPublish("reply", "any", null, new byte[0]);
                client.channel().exchangeDeclarePassive("reply");
                assertThat(client.depth("durable")).isEqualTo(1);
                assertThatThrownBy(() -> client.depth("transient")).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aMemoryBrokerWritesNothingAndSaysNothing() throws Exception {
        try (BrokerProcess process = BrokerProcess.start(folder, List.of(), 64 << 20)) {
            Client.connect(process.uri()).close();
            assertThat(process.stop()).isEmpty();
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void aDurableBrokerWritesOnlyIntoItsFolderAndSaysNothing() throws Exception {
        try (BrokerProcess process = BrokerProcess.start(folder, List.of(), 64 << 20, folder.resolve("data"))) {
            Client.connect(process.uri()).close();
            assertThat(process.stop()).isEmpty();
        }
        assertThat(files()).containsExactly(folder.resolve("data"));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
