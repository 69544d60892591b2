package io.nanite.testkit.broker;

import io.nanite.faultkit.rabbit.Definitions;
import io.nanite.faultkit.rabbit.LocalRabbit;
import io.nanite.faultkit.rabbit.RabbitBinaries;
import java.nio.file.Path;
import java.util.List;

/** A {@link LocalRabbit} for a test. Any thread may use it. It starts in about five seconds. */
public final class RabbitNode implements RabbitTestBroker, RabbitServer {

    private final LocalRabbit node;

    /** Does nothing yet. */
    public RabbitNode(RabbitBinaries binaries) {
        node = new LocalRabbit(binaries);
    }

    @Override
    public String vhost() {
        return Definitions.VHOST;
    }

    @Override
    public String uri(String user) {
        return uri(user, vhost());
    }

    @Override
    public String uri(String user, String vhost) {
        return node.uri(user, vhost);
    }

    @Override
    public void start() {
        node.start();
    }

    @Override
    public void stop() {
        node.stop();
    }

    @Override
    public void kill() {
        node.kill();
    }

    @Override
    public String rabbitmqctl(String... arguments) {
        return node.rabbitmqctl(arguments);
    }

    /** What must be gone when it is closed. */
    List<ProcessHandle> handles() {
        return node.handles();
    }

    /** So must this. */
    Path folder() {
        return node.folder();
    }

    @Override
    public void close() {
        node.close();
    }
}
