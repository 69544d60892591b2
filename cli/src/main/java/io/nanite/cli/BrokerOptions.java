package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Serializer;
import io.nanite.rabbitmq.BrokerNode;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitConfig.QueueType;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Where the broker is, and how this process speaks to it. The flags of the original, and what it lacked. */
final class BrokerOptions {

    private static final String SECURE = "secure";

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-h", "--host"},
            paramLabel = "HOST",
            description = "the broker's host (default: 127.0.0.1); of a cluster several, as in rabbit1,rabbit2:5673")
    String host = "127.0.0.1";

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-P", "--port"},
            paramLabel = "PORT",
            description = "the broker's port (default: 5672, with --tls 5671)")
    @Nullable
    Integer port;

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-u", "--user"},
            paramLabel = "USER",
            description = "the login (default: nanite for agents, mapper for mappers)")
    @Nullable
    String user;

    @Mixin
    PasswordOptions password = new PasswordOptions();

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-v", "--vhost"},
            paramLabel = "VHOST",
            description = "one vhost is one fabric (default: /nanite)")
    String vhost = "/nanite";

    @Option(
            scope = ScopeType.INHERIT,
            names = "--queue-type",
            completionCandidates = Choices.QueueTypes.class,
            paramLabel = "TYPE",
            description = "of the durable queues, the same for all processes of a fabric: classic, or quorum for a "
                    + "cluster that shall lose a node and no work (default: classic)")
    QueueType queueType = QueueType.CLASSIC;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--tls",
            negatable = true,
            fallbackValue = "true",
            description = "speak TLS, trusting what this Java trusts")
    boolean tls;

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-t", "--token"},
            paramLabel = "NAME",
            description = "the name of this process in the fabric, 1-64 of A-Z a-z 0-9 _ - (default: random)")
    @Nullable
    String token;

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-f", "--format"},
            completionCandidates = Choices.Formats.class,
            paramLabel = "FORMAT",
            description = "json, smile for the compact form, or secure: signed and encrypted json (default: json)")
    String format = "json";

    @Mixin
    SecureOptions secureOptions = new SecureOptions();

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-s", "--secure"},
            negatable = true,
            fallbackValue = "true",
            description = "accepted for the sake of old scripts: processes always keep within the permissions of a "
                    + "restricted login")
    boolean secure;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--heartbeat",
            paramLabel = "TIME",
            description = "of the connection (default: 10s)")
    Duration heartbeat = Duration.ofSeconds(10);

    @Option(
            scope = ScopeType.INHERIT,
            names = "--blocked-timeout",
            paramLabel = "TIME",
            description =
                    "for what cannot leave because the broker takes nothing, short of memory or disk (default: 5s)")
    Duration blockedTimeout = Duration.ofSeconds(5);

    @Option(
            scope = ScopeType.INHERIT,
            names = "--no-packs",
            negatable = true,
            fallbackValue = "true",
            description = "never send several packets in one message")
    boolean noPacks;

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-l", "--log-level"},
            completionCandidates = Choices.Levels.class,
            paramLabel = "LEVEL",
            description = "fatal, error, warn, info, debug or trace (default: info, for a single call warn)")
    @Nullable
    String logLevel;

    /** The broker for this login; {@code name} is what the broker's own screens show. */
    RabbitConfig broker(String defaultUser, String name) {
        return broker(defaultUser, name, password.secret());
    }

    private RabbitConfig broker(String defaultUser, String name, Secret pass) {
        List<BrokerNode> nodes = BrokerNode.parse(
                host, port != null ? port : tls ? RabbitConfig.DEFAULT_TLS_PORT : RabbitConfig.DEFAULT_PORT);
        return RabbitConfig.at(nodes.get(0).host(), nodes.get(0).port(), user != null ? user : defaultUser, pass)
                .withOthers(nodes.subList(1, nodes.size()))
                .withVirtualHost(vhost)
                .withQueueType(queueType)
                .withTls(tls)
                .withName(name)
                .withHeartbeat(heartbeat)
                .withBlockedTimeout(blockedTimeout)
                .withPacking(!noPacks);
    }

    /** Throws {@link ConfigException} if something here is no good. Asks for no password. */
    void check(String defaultUser, Identity identity) {
        if (logLevel != null) {
            Logging.named(logLevel);
        }
        broker(defaultUser, identity.value(), password.askPass ? new Secret("") : password.secret());
        if (!isSecure()) {
            serializer();
        }
    }

    boolean isSecure() {
        return format.equalsIgnoreCase(SECURE);
    }

    /** What this member writes and reads packets with. */
    Serializer serializer(Identity identity) {
        return isSecure() ? secureOptions.serializer(identity) : serializer();
    }

    /** Follows what changes in the certificates, if there are any, until {@link #close}. */
    void watchCertificates() {
        secureOptions.watch();
    }

    /** Watches the certificates no more. */
    void close() {
        secureOptions.close();
    }

    /** Whether mappers say that they are there, so that agents and other mappers learn their certificates. */
    boolean introduces() {
        return isSecure() && !secureOptions.noIntroductions;
    }

    Serializer serializer() {
        return switch (format.toLowerCase(Locale.ROOT)) {
            case "json" -> Formats.json();
            case "smile" -> Formats.smile();
            case SECURE -> throw ConfigException.of("format", SECURE, "json or smile, for this command");
            default -> throw ConfigException.of("format", Printable.of(format), "json, smile or secure");
        };
    }
}
