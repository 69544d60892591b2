package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.rabbitmq.BrokerCheckup;
import io.nanite.rabbitmq.BrokerCheckup.Role;
import io.nanite.rabbitmq.Finding;
import io.nanite.rabbitmq.Finding.Severity;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks at everything that a process of ours needs, and says what is wrong with it and what to do. Changes nothing. */
@Command(
        name = "doctor",
        description =
                "Looks at the broker, this machine and this folder as an agent and a mapper would meet them; says "
                        + "what is wrong and what to do about it. Changes nothing, and nobody else notices.")
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Option(
            names = {"-n", "--nanite"},
            paramLabel = "ROOT",
            description = "the folder of an agent or mapper (default: this folder)")
    Path root = Path.of("");

    @Option(names = "--pid-dir", paramLabel = "DIR", description = "where pid files are to be (default: ROOT/run)")
    @Nullable
    Path pidDir;

    @Option(names = "--log-dir", paramLabel = "DIR", description = "where logs are to be (default: ROOT/log)")
    @Nullable
    Path logDir;

    @Option(
            names = "--management-url",
            paramLabel = "URL",
            description = "of RabbitMQ's management API: then this machine's clock is compared with the broker's")
    @Nullable
    URI management;

    @Option(
            names = "--json",
            negatable = true,
            fallbackValue = "true",
            description = "all findings, as one line of JSON")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Logging.level(broker.logLevel, Level.WARN);
        List<Finding> findings = new ArrayList<>(brokerFindings());
        MachineCheckup machine = new MachineCheckup(Path.of("/proc/self/limits"), common.environment("NANITE_SHARED"));
        findings.addAll(machine.java());
        findings.add(machine.openFiles());
        findings.add(ClockCheckup.look(management));
        findings.addAll(machine.folders(folders()));
        findings.addAll(certificates());
        if (json) {
            common.out()
                    .println(
                            Json.line(findings.stream().map(DoctorCommand::data).toList()));
        } else {
            findings.forEach(this::print);
        }
        return code(findings);
    }

    /** As an agent and as a mapper, unless it is said as whom: the two have logins of their own. */
    private List<Finding> brokerFindings() {
        broker.password.warn(common);
        // What both see is said once.
        Map<String, Finding> all = new LinkedHashMap<>();
        for (Role role : Role.values()) {
            String user = role == Role.AGENT ? "nanite" : "mapper";
            try (BrokerCheckup checkup = new BrokerCheckup(broker.broker(user, user), role, whose(role))) {
                for (Finding finding : checkup.run()) {
                    boolean measured = finding.severity() == Severity.FINE
                            && finding.about().equals("round trip");
                    all.putIfAbsent(measured ? finding.about() : finding.about() + finding.what(), finding);
                }
            }
        }
        return new ArrayList<>(all.values());
    }

    /** Where packets are to be signed; of a member whose name is given its own too, as an agent or as a mapper. */
    private List<Finding> certificates() {
        if (!broker.isSecure()) {
            return List.of();
        }
        Path folder = broker.secureOptions.folder();
        List<Identity> members = new ArrayList<>();
        if (broker.token != null) {
            Identity mapper = Names.mapper("token", broker.token);
            members.add(CertificateCheckup.has(folder, mapper) ? mapper : Names.agent("token", broker.token));
        }
        return CertificateCheckup.look(folder, members, TimeSource.system().now(), broker.secureOptions.password());
    }

    /** Whose queue is looked at too, if a token is given. */
    private @Nullable Identity whose(Role role) {
        if (broker.token == null) {
            return null;
        }
        return role == Role.AGENT ? Names.agent("token", broker.token) : Names.mapper("token", broker.token);
    }

    /** What is written to, with what it is for. */
    private Map<String, Path> folders() {
        Map<String, Path> folders = new LinkedHashMap<>();
        folders.put("root", root.toAbsolutePath());
        folders.put("pid dir", (pidDir == null ? root.resolve("run") : pidDir).toAbsolutePath());
        folders.put("log dir", (logDir == null ? root.resolve("log") : logDir).toAbsolutePath());
        return folders;
    }

    private void print(Finding finding) {
        String mark =
                switch (finding.severity()) {
                    case FINE -> "ok";
                    case UNKNOWN -> "?";
                    case WARNING -> "warning";
                    case WRONG -> "WRONG";
                };
        common.out().printf(Locale.ROOT, "%-7s  %s: %s%n", mark, finding.about(), finding.what());
        if (!finding.cure().isEmpty()) {
            common.out().printf("         -> %s%n", finding.cure());
        }
    }

    private static Map<String, @Nullable Object> data(Finding finding) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("about", finding.about());
        data.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        data.put("what", finding.what());
        data.put("cure", finding.cure().isEmpty() ? null : finding.cure());
        return data;
    }

    /** What a process would end with, by the first thing that is wrong. */
    static int code(List<Finding> findings) {
        ExitCode code = ExitCode.OK;
        for (Finding finding : findings) {
            if (finding.severity() == Severity.WRONG) {
                return finding.cause().map(ExitCode::of).orElse(ExitCode.USAGE).code();
            }
            if (finding.severity() == Severity.WARNING) {
                code = ExitCode.FAILED;
            }
        }
        return code.code();
    }
}
