package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.admin.Role;
import io.nanite.admin.TowerUser;
import io.nanite.core.ConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a Control Tower: who may log in, and what it keeps. */
class TowerFilesTest {

    @TempDir
    Path folder;

    private static TowerUser user(String name, Role role) {
        return TowerUser.of(name, role, "a long secret".toCharArray(), new SecureRandom());
    }

    @Test
    void usersAreReadAgainWhenTheirFileHasChanged() {
        UsersFile users = new UsersFile(folder.resolve("users"));
        users.put(user("anna", Role.ADMIN));
        assertThat(users.users()).extracting(TowerUser::name).containsExactly("anna");
        assertThat(folder).isDirectoryContaining(path -> path.endsWith("users"));

        users.put(user("vera", Role.VIEWER));
        users.put(user("anna", Role.OPERATOR));
        assertThat(new UsersFile(folder.resolve("users")).users())
                .extracting(TowerUser::toString)
                .containsExactly("vera (viewer)", "anna (operator)");
        assertThat(folder.toFile().list()).containsExactly("users");
    }

    @Test
    void aFileOfUsersThatOthersMayReadOrThatIsWrongIsRefused() throws Exception {
        Path file = folder.resolve("users");
        assertThatThrownBy(() -> new UsersFile(file).users()).isInstanceOf(ConfigException.class);
        Files.writeString(file, user("anna", Role.ADMIN).line() + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> new UsersFile(file).users()).hasMessageContaining("chmod 600");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(new UsersFile(file).users()).hasSize(1);
        Files.writeString(file, "# people\n\nanna:king:x\n");
        assertThatThrownBy(() -> new UsersFile(file).users())
                .hasMessage("role of anna: king (expected: viewer, operator or admin)");
    }

    @Test
    void whatWasRightLastStaysWhenTheFileIsDamagedLater() throws Exception {
        Path file = folder.resolve("users");
        UsersFile users = new UsersFile(file);
        users.put(user("anna", Role.ADMIN));
        assertThat(users.users()).hasSize(1);

        Files.delete(file);
        assertThat(users.users()).extracting(TowerUser::name).containsExactly("anna");
    }

    @Test
    void aFolderKeepsWhatIsWrittenIntoPlacesAndPutsAsideWhatIsForeign() throws Exception {
        TowerFolder store = new TowerFolder(folder.resolve("deep").resolve("tower"));
        assertThat(store.read("x")).isEmpty();
        store.write("x", 4, "cd".getBytes(StandardCharsets.US_ASCII));
        store.write("x", 0, "ab".getBytes(StandardCharsets.US_ASCII));
        assertThat(store.read("x")).hasValue("ab\0\0cd".getBytes(StandardCharsets.US_ASCII));
        store.replace("x", "all".getBytes(StandardCharsets.US_ASCII));
        assertThat(store.read("x")).hasValue("all".getBytes(StandardCharsets.US_ASCII));

        assertThat(store.moveAside("x")).isEqualTo("x.aside-1");
        assertThat(store.read("x")).isEmpty();
        store.write("x", 0, new byte[] {1});
        assertThat(store.moveAside("x")).isEqualTo("x.aside-2");
        assertThatThrownBy(() -> new TowerFolder(Files.createFile(folder.resolve("file"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("data-dir: ");
    }
}
