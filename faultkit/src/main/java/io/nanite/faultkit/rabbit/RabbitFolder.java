package io.nanite.faultkit.rabbit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a node has on disk, and the environment that keeps it there: nothing of RabbitMQ or Erlang that is
 * installed, configured or running on this machine is read or written.
 */
public final class RabbitFolder {

    private final Path path;
    private final int amqpPort;
    private final int distributionPort;
    private final int epmdPort;
    private final @Nullable RabbitFolder joined;
    private final String cookie;

    /** A folder that exists; nothing is written yet. */
    public RabbitFolder(Path path, int amqpPort, int distributionPort, int epmdPort) {
        this.path = path;
        this.amqpPort = amqpPort;
        this.distributionPort = distributionPort;
        this.epmdPort = epmdPort;
        joined = null;
        cookie = "NANITE" + ThreadLocalRandom.current().nextLong(1L << 40, 1L << 50);
    }

    /** As above, of a node that joins the cluster of another: same port mapper, same cookie. */
    RabbitFolder(Path path, int amqpPort, int distributionPort, RabbitFolder joined) {
        this.path = path;
        this.amqpPort = amqpPort;
        this.distributionPort = distributionPort;
        this.epmdPort = joined.epmdPort;
        this.joined = joined;
        this.cookie = joined.cookie;
    }

    Path path() {
        return path;
    }

    /** Writes the files. */
    void prepare() {
        try {
            write("rabbitmq.conf", configuration());
            write("definitions.json", new Definitions().json());
            write("enabled_plugins", "[].\n");
            // Sourced by the scripts. Without it they would source the machine's.
            write("rabbitmq-env.conf", "");
            Files.setPosixFilePermissions(
                    write(".erlang.cookie", cookie), PosixFilePermissions.fromString("r--------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(path.resolve(name), text);
    }

    /** Alarms are for machines that share: a test's broker also starts where the disk is nearly full. */
    private String configuration() {
        String node = """
                listeners.tcp.1 = 127.0.0.1:%d
                num_acceptors.tcp = 2
                disk_free_limit.absolute = 1MB
                vm_memory_high_watermark.absolute = 1GB
                log.file.level = warning
                """.formatted(amqpPort);
        return joined == null
                ? node + "load_definitions = %s%n".formatted(path.resolve("definitions.json"))
                : node + """
                        cluster_formation.peer_discovery_backend = classic_config
                        cluster_formation.classic_config.nodes.1 = %s
                        cluster_formation.classic_config.nodes.2 = %s
                        """.formatted(joined.nodeName(), nodeName());
    }

    private String nodeName() {
        return "nanite-" + amqpPort + "@localhost";
    }

    /** For every process of the node. */
    public void apply(ProcessBuilder builder) {
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .removeIf(name ->
                        name.startsWith("RABBITMQ_") || name.startsWith("ERL_") || name.equals("NOTIFY_SOCKET"));
        environment.put("HOME", path.toString());
        environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
        environment.put("ERL_EPMD_PORT", Integer.toString(epmdPort));
        environment.put("RABBITMQ_NODENAME", nodeName());
        environment.put("RABBITMQ_DIST_PORT", Integer.toString(distributionPort));
        environment.put(
                "RABBITMQ_CONF_ENV_FILE", path.resolve("rabbitmq-env.conf").toString());
        environment.put("RABBITMQ_CONFIG_FILE", path.resolve("rabbitmq.conf").toString());
        environment.put(
                "RABBITMQ_ADVANCED_CONFIG_FILE", path.resolve("advanced.config").toString());
        environment.put(
                "RABBITMQ_ENABLED_PLUGINS_FILE", path.resolve("enabled_plugins").toString());
        environment.put("RABBITMQ_MNESIA_BASE", path.resolve("mnesia").toString());
        environment.put("RABBITMQ_LOG_BASE", path.resolve("log").toString());
        environment.put("RABBITMQ_PID_FILE", path.resolve("pid").toString());
        String loopbackOnly = "-kernel inet_dist_use_interface {127,0,0,1}";
        environment.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", loopbackOnly);
        environment.put("RABBITMQ_CTL_ERL_ARGS", loopbackOnly);
        builder.directory(path.toFile());
    }
}
