package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import io.nanite.rabbitmq.Provisioner;
import io.nanite.rabbitmq.ProvisioningException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prepares a RabbitMQ for the walk-through. */
@Command(
        name = "rabbitconf",
        description =
                "Makes the vhost /nanite, the users mapper and nanite, and their permissions, in a RabbitMQ: through "
                        + "rabbitmqctl if it answers here, else through the management HTTP API. Doing it twice changes nothing.")
final class RabbitconfCommand implements Callable<Integer> {

    private static final URI HERE = URI.create("http://127.0.0.1:15672");

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = {"-v", "--vhost"},
            paramLabel = "VHOST",
            description = "(default: /nanite)")
    String vhost = "/nanite";

    @Option(
            names = {"-p", "--pass"},
            paramLabel = "PASSWORD",
            description = "of both users; better in NANITE_PASS (default: testing)")
    String pass = "testing";

    @Option(
            names = "--management-url",
            paramLabel = "URL",
            description = "of the management API of a broker elsewhere, which is then the only way "
                    + "(default: http://127.0.0.1:15672, where rabbitmqctl does not answer)")
    @Nullable
    URI management;

    @Option(names = "--admin-user", paramLabel = "USER", description = "for the management API (default: guest)")
    String adminUser = "guest";

    @Option(
            names = "--admin-pass",
            paramLabel = "PASSWORD",
            description = "for the management API; better in NANITE_ADMIN_PASS (default: guest)")
    String adminPass = "guest";

    @Option(
            names = {"-l", "--log-level"},
            completionCandidates = Choices.Levels.class,
            paramLabel = "LEVEL",
            description = "fatal, error, warn, info, debug or trace (default: warn)")
    @Nullable
    String logLevel;

    @Override
    public Integer call() throws InterruptedException {
        Logging.level(logLevel, Level.WARN);
        if (vhost.isEmpty()) {
            throw ConfigException.of("vhost", vhost, "a name such as /nanite");
        }
        try {
            prepare().forEach(common.out()::println);
            return ExitCode.OK.code();
        } catch (ProvisioningException e) {
            common.err().println(e.getMessage());
            return ExitCode.NO_BROKER.code();
        }
    }

    private List<String> prepare() throws InterruptedException {
        Secret admin = new Secret(adminPass);
        return management == null
                ? new Provisioner(HERE, adminUser, admin).provision(vhost, new Secret(pass))
                : new Provisioner(management, adminUser, admin).provisionThere(vhost, new Secret(pass));
    }
}
