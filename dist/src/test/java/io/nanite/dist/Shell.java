package io.nanite.dist;

import io.nanite.dist.Running.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Somebody who types commands of an installation, in an environment without any of our variables. Ends what was started, by
 * its pid, when it is closed. One thread.
 */
final class Shell {

    private static final Path JAVA = Path.of(System.getProperty("java.home"));

    /** What the whole build wants every process to have. */
    private static final Set<String> INHERITED = Set.of("NANITE_CI_RUN");

    private final Path home;
    private final Path folder;
    private final Map<String, String> environment;
    private final List<Running> started;

    /**
     * What makes a program hear the signals of a terminal again. Whoever starts a build in the background has it ignore
     * them, and with it all that it starts.
     */
    private static final List<String> LISTENING =
            ignoresTheTerminal() ? List.of("env", "--default-signal=HUP,INT") : List.of();

    private static boolean ignoresTheTerminal() {
        long hangUpAndInterrupt = 0b11;
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            return status.filter(line -> line.startsWith("SigIgn:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) & hangUpAndInterrupt) != 0);
        } catch (IOException e) {
            return false; // no Linux: then nobody says so
        }
    }

    private Shell(Path home, Path folder, Map<String, String> environment, List<Running> started) {
        this.home = home;
        this.folder = folder;
        this.environment = Map.copyOf(environment);
        this.started = started;
    }

    /** In the installation that this build has made, with the Java of this test, standing in an agent's folder. */
    static Shell open() {
        Path home = installation();
        return new Shell(
                home, home.resolve("examples/simpleagent"), Map.of("JAVA_HOME", JAVA.toString()), new ArrayList<>());
    }

    static Path installation() {
        return Path.of(Objects.requireNonNull(System.getProperty("nanite.home"), "nanite.home"));
    }

    /** The same shell in another folder; closing one closes both. */
    Shell in(Path other) {
        return new Shell(home, other, environment, started);
    }

    /** The same shell with a variable more; closing one closes both. */
    Shell with(String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return new Shell(home, folder, more, started);
    }

    /** The same shell with another installation; closing one closes both. */
    Shell at(Path otherHome) {
        return new Shell(otherHome, folder, environment, started);
    }

    /** Types the name of a launcher and its arguments; an argument may hold anything. */
    Running start(String launcher, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin").resolve(launcher).toString());
        command.addAll(arguments);
        return startProgram(command);
    }

    Running start(String launcher, String... arguments) {
        return start(launcher, Arrays.asList(arguments));
    }

    /** Any other program. */
    Running startProgram(List<String> command) {
        List<String> whole = new ArrayList<>(LISTENING);
        whole.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(whole).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("NANITE_") && !INHERITED.contains(name));
        builder.environment().putAll(environment);
        Running running = Running.start(builder);
        started.add(running);
        return running;
    }

    Ended run(String launcher, List<String> arguments) throws InterruptedException {
        return start(launcher, arguments).awaitEnd();
    }

    Ended run(String launcher, String... arguments) throws InterruptedException {
        return run(launcher, Arrays.asList(arguments));
    }

    /** Makes the shared classes of this Java, so that the first who needs them need not wait, nor say so. */
    static void warmUp() throws InterruptedException {
        Shell shell = open();
        Ended ended = shell.run("nanite", "--version");
        shell.close();
        if (ended.code() != 0) {
            throw new AssertionError("nanite --version: %s (expected: code 0)".formatted(ended));
        }
    }

    /** An agent's folder with one jar, of these classes and those inside them. */
    static Path agentFolder(Path root, Class<?>... actors) throws IOException {
        Path jar = Files.createDirectories(root.resolve("actors")).resolve("test.jar");
        ActorJar.write(jar, actors);
        return root;
    }

    /** Ends all that runs, and what that started. */
    void close() throws InterruptedException {
        List<ProcessHandle> handles = new ArrayList<>();
        for (Running running : started) {
            running.handle().descendants().forEach(handles::add);
            handles.add(running.handle());
        }
        handles.forEach(ProcessHandle::destroyForcibly);
        for (Running running : started) {
            running.awaitEnd();
        }
        for (ProcessHandle handle : handles) {
            handle.onExit().join();
        }
        started.clear();
    }
}
