package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.dist.Running.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launchers find their installation from wherever they are called, and then are the JVM. */
class LauncherIT {

    @TempDir
    Path temporary;

    private final Shell shell = Shell.open();

    @BeforeAll
    static void warmUp() throws InterruptedException {
        Shell.warmUp();
    }

    @AfterEach
    void endAll() throws InterruptedException {
        shell.close();
    }

    private static void showsItsVersion(Ended ended) {
        assertThat(ended.code()).as(ended.toString()).isZero();
        assertThat(ended.out()).startsWith("nanite ").contains("(Java " + Runtime.version() + ")");
    }

    /** As somebody installs it: from the archive, in a folder with a space in its name. */
    private Path unpacked() throws InterruptedException, IOException {
        Path folder = Files.createDirectory(temporary.resolve("a folder"));
        String archive = Objects.requireNonNull(System.getProperty("nanite.archive"), "nanite.archive");
        Ended tar = shell.startProgram(List.of("tar", "-xzf", archive, "-C", folder.toString()))
                .awaitEnd();
        assertThat(tar.code()).as(tar.toString()).isZero();
        return folder.resolve("nanite");
    }

    @Test
    void theArchiveIsAllThatIsNeeded() throws Exception {
        Path home = unpacked();
        Running demo = shell.at(home).in(temporary).start("nanite", "demo");
        Ended ended = demo.awaitEnd();
        assertThat(ended.code()).as(demo.toString()).isZero();
        assertThat(ended.out()).contains("all ten answered by ");
        assertThat(ended.err())
                .as("made once")
                .isEqualTo("Preparing Nanite for Java %s ...%n".formatted(javaVersion()));
        Ended again = shell.at(home).run("nanite", "--version");
        showsItsVersion(again);
        assertThat(again.err()).isEmpty();
        assertThatClassesAreShared(home.resolve("lib"));
    }

    /** Java 17 may crash while it writes them, at a lambda for an interface of an old library: then the file is empty. */
    private static void assertThatClassesAreShared(Path lib) throws IOException {
        try (Stream<Path> files = Files.list(lib)) {
            assertThat(files.filter(file -> file.toString().endsWith(".jsa")))
                    .singleElement()
                    .satisfies(archive -> assertThat(Files.size(archive)).isGreaterThan(1 << 20));
        }
    }

    private static String javaVersion() {
        return System.getProperty("java.version");
    }

    @Test
    void whereTheSharedClassesCannotBeKeptItRunsWithoutThem() throws Exception {
        Path home = unpacked();
        Path lib = home.resolve("lib");
        Assumptions.assumeTrue(lib.toFile().setWritable(false));
        try {
            Assumptions.assumeFalse(Files.isWritable(lib), "this user may write everywhere");
            Ended ended = shell.at(home).run("nanite", "--version");
            showsItsVersion(ended);
            assertThat(ended.err()).isEmpty();
        } finally {
            assertThat(lib.toFile().setWritable(true)).isTrue();
        }
    }

    @Test
    void aLinkLeadsToTheInstallation() throws Exception {
        Path bin = Shell.installation().resolve("bin");
        Path links = Files.createDirectory(temporary.resolve("my links"));
        Path far = Files.createSymbolicLink(links.resolve("far"), bin.resolve("nanite"));
        Path relative = Files.createSymbolicLink(links.resolve("near"), Path.of("far"));
        Path folder = Files.createSymbolicLink(links.resolve("folder"), bin);
        Path agent = Files.createSymbolicLink(links.resolve("the-agent"), bin.resolve("nanite-agent"));
        for (Path link : List.of(far, relative, folder.resolve("nanite"), agent)) {
            showsItsVersion(shell.in(temporary)
                    .startProgram(List.of(link.toString(), "--version"))
                    .awaitEnd());
        }
        showsItsVersion(
                shell.in(links).startProgram(List.of("./near", "--version")).awaitEnd());
        for (Path link : List.of(far, relative, folder, agent)) {
            Files.delete(link);
        }
    }

    @Test
    void theProcessOfTheScriptBecomesTheJvm() throws Exception {
        Running broker = shell.start("nanite", "broker", "-P", "0");
        broker.awaitLine("broker on ");
        assertThat(broker.handle().info().command().orElse("")).endsWith("java");
        assertThat(broker.handle().children()).isEmpty();
    }

    @Test
    void aWrongJavaHomeIsSaid() throws InterruptedException {
        Ended ended = shell.with("JAVA_HOME", temporary.toString()).run("nanite", "--version");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err())
                .isEqualTo("nanite: JAVA_HOME: %s (expected: a folder with bin/java)%n".formatted(temporary));
    }

    @Test
    void anOldJavaIsSaid() throws Exception {
        Path java = Files.createDirectories(temporary.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nexit 9\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(temporary.resolve("jdk/release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"11.0.2\"\n");
        Ended ended =
                shell.with("JAVA_HOME", temporary.resolve("jdk").toString()).run("nanite", "--version");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).isEqualTo("nanite: Java 11.0.2 in %s (expected: 17 or later)%n".formatted(java));
    }

    @Test
    void anIncompleteInstallationIsSaid() throws Exception {
        Path bin = Files.createDirectory(temporary.resolve("bin"));
        Path launcher = Files.copy(Shell.installation().resolve("bin/nanite"), bin.resolve("nanite"));
        Ended ended =
                shell.startProgram(List.of(launcher.toString(), "--version")).awaitEnd();
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err())
                .isEqualTo("nanite: %s/lib is missing (expected: the jars of an installation)%n"
                        .formatted(temporary.toRealPath()));
    }

    @Test
    void optionsForTheJvmReachIt() throws InterruptedException {
        Ended ended =
                shell.with("NANITE_JAVA_OPTS", "-Xmx64m -XshowSettings:vm").run("nanite", "--version");
        showsItsVersion(ended);
        assertThat(ended.err()).contains("Max. Heap Size: 64.00M");
    }

    @Test
    void optionsThatTheSharedClassesDoNotFitNeedNoWords() throws InterruptedException {
        Ended ended = shell.with("NANITE_JAVA_OPTS", "-XX:+UseZGC").run("nanite", "--version");
        showsItsVersion(ended);
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void wordsOfACommandAreNoCommands() throws InterruptedException {
        for (String token : List.of("demo", "broker", "request", "agent")) {
            Ended ended = shell.run("nanite-mapper", "--token", token, "-P", "1");
            assertThat(ended.code()).as(ended.toString()).isEqualTo(3);
        }
    }

    @Test
    void aTextIsReadAsUtf8WhereNoLocaleIsSet() throws InterruptedException {
        Ended ended = shell.with("LC_ALL", "")
                .with("LANG", "")
                .with("LC_CTYPE", "")
                .run("nanite-agent", "--token", "gr\u00fc\u00dfe");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).startsWith("--token: gr\u00fc\u00dfe (expected: ");
    }

    @Test
    void everyLauncherIsThereAndSaysHowItIsUsed() throws Exception {
        try (Stream<Path> bin = Files.list(Shell.installation().resolve("bin"))) {
            for (String name :
                    bin.map(path -> path.getFileName().toString()).sorted().toList()) {
                Ended ended = shell.run(name, "--help");
                assertThat(ended.code()).as(name).isZero();
                assertThat(ended.out()).startsWith("Usage: " + name + " ");
            }
        }
    }
}
