package io.nanite.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddedBrokerConfigTest {

    private final EmbeddedBrokerConfig config = EmbeddedBrokerConfig.inMemory();

    @Test
    void byDefaultItIsInMemoryOnTheLoopbackForTheTwoUsers() {
        assertThat(config.bindAddress()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isZero();
        assertThat(config.vhost()).isEqualTo("/nanite");
        assertThat(config.users()).extracting(BrokerUser::name).containsExactly("mapper", "nanite");
        assertThat(config.dataFolder()).isNull();
    }

    @Test
    void aDataFolderIsAbsoluteFromThenOn() {
        assertThat(EmbeddedBrokerConfig.durable(Path.of("data")).dataFolder())
                .isEqualTo(Path.of("data").toAbsolutePath());
    }

    @Test
    void itDoesNotShowPasswords() {
        assertThat(config.toString()).doesNotContain("testing").contains("***");
    }

    @Test
    void aWrongValueIsNamedBeforeAnythingStarts() {
        assertThatThrownBy(() -> config.withPort(70_000))
                .isInstanceOf(ConfigException.class)
                .hasMessage("broker port: 70000 (expected: 0 to 65535)");
        for (String vhost : List.of("", "/", "//nanite", "a/b", "na nite", "${user.home}")) {
            assertThatThrownBy(() -> config.withVhost(vhost))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith("broker vhost: \"" + vhost + "\" (expected: ");
        }
        assertThatThrownBy(() -> config.withBindAddress(" ")).hasMessageStartingWith("broker address: \" \"");
        assertThatThrownBy(() -> config.withUsers(List.of())).hasMessage("broker users: [] (expected: at least one)");
        BrokerUser user = new BrokerUser("mapper", "testing");
        assertThatThrownBy(() -> config.withUsers(List.of(user, user)))
                .hasMessage("broker user: mapper (expected: each name once)");
        assertThatThrownBy(() -> new BrokerUser("a b", "x")).hasMessageStartingWith("broker user: \"a b\"");
        assertThatThrownBy(() -> new BrokerUser("ops", ""))
                .hasMessage("password of broker user ops: *** (expected: some text, without ${)");
    }
}
