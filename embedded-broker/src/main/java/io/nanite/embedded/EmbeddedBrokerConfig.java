package io.nanite.embedded;

import io.nanite.core.ConfigException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link EmbeddedBroker} is to be. Immutable.
 *
 * @param bindAddress the address to listen on; {@code 127.0.0.1} unless said otherwise, because nothing is encrypted
 * @param port 1 to 65535, or 0 for any that is free ({@link EmbeddedBroker#port()} tells which)
 * @param vhost the one vhost: letters, digits and {@code _.-}, after a slash if you like: it makes no difference, clients
 *     may use either form
 * @param users who may log in, at least one; each may do everything in the vhost, and nobody else gets in
 * @param dataFolder where durable queues and persistent messages are kept, over a crash too; null keeps all in memory
 * @param queueLimit how deep any one queue may become
 */
public record EmbeddedBrokerConfig(
        String bindAddress,
        int port,
        String vhost,
        List<BrokerUser> users,
        @Nullable Path dataFolder,
        QueueLimit queueLimit) {

    private static final Pattern VHOST = Pattern.compile("/?[A-Za-z0-9_.-]{1,128}");

    private static final EmbeddedBrokerConfig DEFAULT = new EmbeddedBrokerConfig(
            "127.0.0.1",
            0,
            "/nanite",
            List.of(new BrokerUser("mapper", "testing"), new BrokerUser("nanite", "testing")),
            null,
            QueueLimit.DEFAULT);

    public EmbeddedBrokerConfig {
        if (bindAddress.isBlank() || bindAddress.contains("${")) {
            throw ConfigException.of("broker address", "\"" + bindAddress + "\"", "an address or name of this machine");
        }
        if (port < 0 || port > 65535) {
            throw ConfigException.of("broker port", port, "0 to 65535");
        }
        if (!VHOST.matcher(vhost).matches()) {
            throw ConfigException.of(
                    "broker vhost", "\"" + vhost + "\"", "1 to 128 letters, digits or _.- after at most one slash");
        }
        users = List.copyOf(users);
        if (users.isEmpty()) {
            throw ConfigException.of("broker users", users, "at least one");
        }
        Set<String> names = new HashSet<>();
        for (BrokerUser user : users) {
            if (!names.add(user.name())) {
                throw ConfigException.of("broker user", user.name(), "each name once");
            }
        }
        if (dataFolder != null) {
            dataFolder = dataFolder.toAbsolutePath().normalize();
        }
    }

    /** Any free port of the loopback, vhost {@code /nanite}, users {@code mapper} and {@code nanite}, nothing on disk. */
    public static EmbeddedBrokerConfig inMemory() {
        return DEFAULT;
    }

    /** The same, with durable queues and persistent messages in {@code dataFolder}, which is made if it is not there. */
    public static EmbeddedBrokerConfig durable(Path dataFolder) {
        return new EmbeddedBrokerConfig(
                DEFAULT.bindAddress, DEFAULT.port, DEFAULT.vhost, DEFAULT.users, dataFolder, DEFAULT.queueLimit);
    }

    /** This, listening on another address. */
    public EmbeddedBrokerConfig withBindAddress(String address) {
        return new EmbeddedBrokerConfig(address, port, vhost, users, dataFolder, queueLimit);
    }

    /** This, listening on another port. */
    public EmbeddedBrokerConfig withPort(int newPort) {
        return new EmbeddedBrokerConfig(bindAddress, newPort, vhost, users, dataFolder, queueLimit);
    }

    /** This, with another vhost. */
    public EmbeddedBrokerConfig withVhost(String name) {
        return new EmbeddedBrokerConfig(bindAddress, port, name, users, dataFolder, queueLimit);
    }

    /** This, with other users. */
    public EmbeddedBrokerConfig withUsers(List<BrokerUser> newUsers) {
        return new EmbeddedBrokerConfig(bindAddress, port, vhost, newUsers, dataFolder, queueLimit);
    }

    /** This, with another bound on each queue. */
    public EmbeddedBrokerConfig withQueueLimit(QueueLimit limit) {
        return new EmbeddedBrokerConfig(bindAddress, port, vhost, users, dataFolder, limit);
    }

    /** The vhost as Broker-J names it. */
    String bareVhost() {
        return vhost.startsWith("/") ? vhost.substring(1) : vhost;
    }
}
