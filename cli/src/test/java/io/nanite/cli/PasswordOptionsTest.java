package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a password may come from, and what is refused. */
class PasswordOptionsTest {

    @TempDir
    Path folder;

    private Path file(String content, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve("password"), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    private static PasswordOptions from(Path file) {
        PasswordOptions options = new PasswordOptions();
        options.passFile = file;
        return options;
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "secret\n", "secret\r\n", "secret\nanother line"})
    void theFirstLineOfAFileIsThePassword(String content) throws IOException {
        assertThat(from(file(content, "r--------")).secret().value()).isEqualTo("secret");
    }

    @Test
    void spacesBelongToIt() throws IOException {
        assertThat(from(file(" two words ", "rw-------")).secret().value()).isEqualTo(" two words ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw------x"})
    void aFileThatOthersMayReadOrChangeIsRefused(String mode) throws IOException {
        Path file = file("canary", mode);
        assertThatThrownBy(() -> from(file).secret())
                .isInstanceOf(ConfigException.class)
                .hasMessage("--pass-file: %s, %s (expected: a file that only its owner may read: chmod 600)"
                        .formatted(file, mode));
    }

    @Test
    void aFileThatIsNotThereOrEmptyOrNoTextIsRefused() throws IOException {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> from(missing).secret())
                .hasMessage("--pass-file: %s (expected: a file)".formatted(missing));
        assertThatThrownBy(() -> from(file("", "rw-------")).secret())
                .hasMessageEndingWith("(expected: a password in its first line)");
        assertThatThrownBy(() -> from(file("x".repeat(4_097), "rw-------")).secret())
                .hasMessageEndingWith("(expected: a file of at most 4096 bytes with one line)");
        Path binary = file("", "rw-------");
        Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> from(binary).secret()).hasMessageEndingWith("(expected: a file in UTF-8)");
    }

    @Test
    void aFolderIsNoFile() {
        assertThatThrownBy(() -> from(folder).secret()).isInstanceOf(ConfigException.class);
    }

    @Test
    void twoPasswordsAreOneTooMany() throws IOException {
        PasswordOptions options = from(file("secret", "rw-------"));
        options.pass = "canary";
        assertThatThrownBy(options::secret)
                .hasMessageContaining("--pass-file: " + options.passFile)
                .hasMessageNotContaining("canary");
    }

    @Test
    void whereThereIsNoTerminalNobodyCanBeAsked() {
        Cli.Ended ended = Cli.plain().run("agent", "--ask-pass", "--port", "1");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err())
                .isEqualTo("--ask-pass: true (expected: a terminal to ask on; else --pass-file or NANITE_PASS)%n"
                        .formatted());
    }

    @Test
    void aWrongFileIsNamedByWhereItWasSet() throws IOException {
        Path file = file("canary", "rw-r--r--");
        Cli.Ended ended = Cli.plain().with("NANITE_PASS_FILE", file.toString()).run("mapper", "agents");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).startsWith("NANITE_PASS_FILE: " + file).doesNotContain("canary");
        assertThat(ended.err().lines()).hasSize(1);
    }

    @Test
    void whoHasNoneGetsTheOneOfTheWalkThrough() {
        PasswordOptions options = new PasswordOptions();
        assertThat(options.isSet()).isFalse();
        assertThat(options.secret().value()).isEqualTo("testing");
    }
}
