package io.nanite.testkit.broker;

import io.nanite.faultkit.rabbit.RabbitBinaries;
import io.nanite.faultkit.rabbit.Settings;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;

/**
 * The RabbitMQ of all tests of a JVM: looked for as the package description says, started for the first who asks, ended
 * with the tests. Any thread.
 */
final class RabbitSupply implements AutoCloseable {

    static final String ADDRESS = "NANITE_TEST_AMQP_URI";

    private final Settings settings;

    // Both guarded by this.
    private @Nullable RabbitTestBroker shared;
    private @Nullable Vhosts vhosts;

    RabbitSupply(Settings settings) {
        this.settings = settings;
    }

    /** For one test: an empty vhost of the broker that all share, or the broker that was given, as it is. */
    synchronized RabbitTestBroker lend() throws RabbitAbsent {
        String address = settings.value(ADDRESS);
        if (address != null) {
            return new GivenRabbit(URI.create(address));
        }
        if (vhosts == null) {
            vhosts = startShared();
        }
        return vhosts.next();
    }

    private Vhosts startShared() throws RabbitAbsent {
        Optional<RabbitBinaries> binaries = RabbitBinaries.find(settings);
        if (binaries.isPresent()) {
            RabbitNode node = new RabbitNode(binaries.get());
            node.start();
            shared = node;
            return new Vhosts(node);
        }
        RabbitContainer container = container();
        container.start();
        shared = container;
        return new Vhosts(container);
    }

    /** For one test that may break it, and closes it. Already started. */
    RabbitTestBroker own() throws RabbitAbsent {
        Optional<RabbitBinaries> binaries = RabbitBinaries.find(settings);
        RabbitTestBroker broker = binaries.isPresent() ? new RabbitNode(binaries.get()) : container();
        broker.start();
        return broker;
    }

    private RabbitContainer container() throws RabbitAbsent {
        String home = settings.value(RabbitBinaries.HOME);
        if (home != null) {
            throw new RabbitAbsent(
                    "RabbitMQ: not in %s=%s (expected: rabbitmq-server and rabbitmqctl there, epmd on the PATH)"
                            .formatted(RabbitBinaries.HOME, home));
        }
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            throw new RabbitAbsent(
                    "RabbitMQ: not on this machine (expected: rabbitmq-server and epmd on the PATH, or Docker, or an address in "
                            + ADDRESS + ", which serves tests that do not stop it)");
        }
        return new RabbitContainer();
    }

    @Override
    public synchronized void close() {
        if (shared != null) {
            shared.close();
        }
    }
}
