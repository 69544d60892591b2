package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.rabbitmq.Finding;
import io.nanite.rabbitmq.Finding.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a look at a machine finds. */
class MachineCheckupTest {

    private static final long MEGABYTE = 1L << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1024, WARNING", "4095, WARNING", "4096, FINE", "1048576, FINE", "unlimited, FINE", "many, UNKNOWN"})
    void fewOpenFilesAreFound(String soft, Severity severity) throws IOException {
        Path limits = Files.writeString(folder.resolve("limits"), """
                Limit                     Soft Limit           Hard Limit           Units
                Max core file size        0                    unlimited            bytes
                Max open files            %-20s 1048576              files
                """.formatted(soft));
        Finding finding = new MachineCheckup(limits, null).openFiles();
        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.cure().isEmpty()).isEqualTo(severity == Severity.FINE);
    }

    @Test
    void aSystemThatDoesNotSayHowManyIsFound() {
        assertThat(new MachineCheckup(folder.resolve("none"), null).openFiles().severity())
                .isEqualTo(Severity.UNKNOWN);
    }

    @Test
    void aSlowStartIsFoundUnlessItIsWanted() {
        List<String> shared = List.of("-Xmx64m", "-XX:SharedArchiveFile=x.jsa");
        assertThat(new MachineCheckup(folder, null).sharedClasses(shared).severity())
                .isEqualTo(Severity.FINE);
        assertThat(new MachineCheckup(folder, null).sharedClasses(List.of()).severity())
                .isEqualTo(Severity.WARNING);
        assertThat(new MachineCheckup(folder, "off").sharedClasses(List.of()).severity())
                .isEqualTo(Severity.FINE);
    }

    @Test
    void aFolderThatCannotBeWrittenIsFound() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        MachineCheckup machine = new MachineCheckup(folder, null);
        assertThat(machine.folders(Map.of("log dir", folder.resolve("a/b/c"))))
                .extracting(Finding::severity)
                .containsExactly(Severity.FINE);
        assertThat(folder.resolve("a")).as("nothing is made").doesNotExist();
        Finding log = machine.folders(Map.of("log dir", file.resolve("log"))).get(0);
        assertThat(log.severity()).isEqualTo(Severity.WRONG);
        assertThat(log.what()).isEqualTo("%s/log cannot be written".formatted(file));
        assertThat(log.cure()).endsWith("name another: --log-dir");
        assertThat(machine.folders(Map.of("root", file)).get(0).severity()).isEqualTo(Severity.WARNING);
    }

    @ParameterizedTest
    @CsvSource({"10, WRONG", "19, WRONG", "20, WARNING", "499, WARNING", "500, FINE", "50000, FINE"})
    void aDiskThatIsNearlyFullIsFound(long megabytes, Severity severity) {
        Finding finding = MachineCheckup.space("log dir", folder, megabytes * MEGABYTE);
        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.what()).isEqualTo("%s has %d MB left".formatted(folder, megabytes));
    }
}
