package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the unit with which systemd runs an agent or a mapper. */
@Command(
        name = "install",
        description = "Prints a unit for systemd. What it prints goes to a file such as "
                + "/etc/systemd/system/nanite-fred.service; then: systemctl enable --now nanite-fred")
final class ServiceInstallCommand implements Callable<Integer> {

    private static final String HOME = "NANITE_HOME";

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "KIND", description = "agent or mapper (default: agent)")
    String kind = "agent";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "FLAG",
            description = "more flags for it, behind --: -- --tag blue --ping-time 5s")
    List<String> flags = new ArrayList<>();

    @Option(
            names = "--print",
            negatable = true,
            fallbackValue = "true",
            description = "to the standard output; nothing is installed")
    boolean print;

    @Option(
            names = {"-t", "--token"},
            paramLabel = "NAME",
            description = "the name of the process in the fabric (required)")
    @Nullable
    String token;

    @Option(
            names = {"-n", "--nanite"},
            paramLabel = "ROOT",
            description = "the folder that it runs in (default: this folder)")
    Path root = Path.of("");

    @Option(names = "--grace", paramLabel = "TIME", description = "for running jobs when it is to end (default: 30s)")
    Duration grace = Duration.ofSeconds(30);

    @Option(names = "--run-as", paramLabel = "USER", description = "the system's user that runs it (default: nanite)")
    String runAs = "nanite";

    @Override
    public Integer call() {
        if (!print) {
            throw ConfigException.of(
                    "--print", "missing", "to be there: a unit is printed, and put in its place by an administrator");
        }
        if (token == null) {
            throw ConfigException.of("--token", "none", "the name of the process, the same at every start");
        }
        if (!runAs.matches("[A-Za-z_][A-Za-z0-9_-]{0,30}")) {
            throw ConfigException.of("--run-as", Printable.of(runAs), "the name of a user of this system");
        }
        common.out().print(unit().text());
        common.out().flush();
        return ExitCode.OK.code();
    }

    private SystemdUnit unit() {
        String name = String.valueOf(token);
        boolean agent = kind.equals("agent");
        if (!agent && !kind.equals("mapper")) {
            throw ConfigException.of("KIND", Printable.of(kind), "agent or mapper");
        }
        Identity identity = agent ? Names.agent("token", name) : Names.mapper("token", name);
        List<String> arguments = new ArrayList<>(flags);
        if (agent) {
            arguments.addAll(List.of("--grace", grace.toMillis() + "ms"));
        }
        return new SystemdUnit(
                identity,
                installation().resolve("bin").resolve(agent ? "nanite-agent" : "nanite-mapper"),
                root.toAbsolutePath().normalize(),
                arguments,
                runAs,
                agent ? grace : Duration.ZERO,
                common.environment("JAVA_HOME"));
    }

    private Path installation() {
        String home = common.environment(HOME);
        if (home == null || !Files.isDirectory(Path.of(home))) {
            throw ConfigException.of(HOME, home, "the folder of this installation; start it with its launcher");
        }
        return Path.of(home).toAbsolutePath().normalize();
    }
}
