package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.packet.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who holds the lock runs, and nobody else, whatever lies about. */
class RunFolderTest {

    private static final Identity FRED = Identity.agent("fred");
    private static final Identity BOB = Identity.agent("bob");
    private static final String US = Long.toString(ProcessHandle.current().pid());

    @TempDir
    Path temporary;

    private RunFolder folder() {
        return new RunFolder(temporary.resolve("deep/run"));
    }

    @Test
    void aNameIsHeldUntilItIsGivenFreeAndNothingIsLeft() throws IOException {
        RunFolder folder = folder();
        try (RunFolder.Claim fred = folder.claim(FRED)) {
            assertThat(folder.holder(FRED)).contains(US);
            assertThat(folder.ready(FRED)).as("it is not ready").isEmpty();
            fred.ready();
            assertThat(folder.ready(FRED)).contains(US);
            assertThat(folder.pidFile(FRED)).hasContent(US);
        }
        assertThat(folder.holder(FRED)).isEmpty();
        assertThat(folder.path()).doesNotExist();
    }

    @Test
    void theSecondOfANameIsRefusedByName() throws IOException {
        RunFolder folder = folder();
        try (RunFolder.Claim fred = folder.claim(FRED);
                RunFolder.Claim bob = folder.claim(BOB)) {
            assertThat(fred).isNotSameAs(bob);
            assertThatThrownBy(() -> folder.claim(FRED))
                    .isInstanceOf(AlreadyRunningException.class)
                    .hasMessage("nanite-fred: runs already, pid %s (expected: nobody of this name in %s)"
                            .formatted(US, folder.path()));
        }
    }

    @Test
    void thoseThatRunAreListedByNameAndTheLastOneTakesTheFolderAway() throws IOException {
        RunFolder folder = folder();
        assertThat(folder.holders()).isEmpty();
        RunFolder.Claim fred = folder.claim(FRED);
        try (RunFolder.Claim bob = folder.claim(BOB)) {
            bob.ready();
            Files.writeString(folder.path().resolve("no one.lock"), "1");
            Files.writeString(folder.path().resolve("nanite-dead.lock"), "1");
            assertThat(folder.holders()).containsExactly(BOB, FRED);
            fred.close();
            assertThat(folder.holders()).containsExactly(BOB);
        }
        assertThat(folder.path()).as("somebody else's files are left alone").isDirectory();
    }

    @Test
    void whatADeadProcessHasLeftIsInNobodysWay() throws IOException {
        RunFolder folder = folder();
        Files.createDirectories(folder.path());
        for (String file : new String[] {"nanite-fred.lock", "nanite-fred.pid", "nanite-fred.sock"}) {
            Files.writeString(folder.path().resolve(file), "4711\n");
        }
        assertThat(folder.holder(FRED)).isEmpty();
        assertThat(folder.ready(FRED)).contains("4711");
        try (RunFolder.Claim fred = folder.claim(FRED)) {
            assertThat(folder.holder(FRED)).contains(US);
            assertThat(folder.ready(FRED)).isEmpty();
            assertThat(folder.socket(FRED)).doesNotExist();
            fred.ready();
        }
        assertThat(folder.path()).isEmptyDirectory();
    }

    @Test
    void aFolderThatCannotBeMadeIsSaid() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        assertThatThrownBy(() -> new RunFolder(file.resolve("run")).claim(FRED)).isInstanceOf(IOException.class);
    }
}
