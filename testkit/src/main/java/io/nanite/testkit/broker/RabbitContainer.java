package io.nanite.testkit.broker;

import io.nanite.faultkit.rabbit.Definitions;
import io.nanite.faultkit.rabbit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.rabbitmq.RabbitMQContainer;
import org.testcontainers.utility.DockerImageName;

/** A RabbitMQ in a container, for machines that have Docker and no RabbitMQ. On a fixed port, so that it comes back there. */
final class RabbitContainer implements RabbitTestBroker, RabbitServer {

    private static final String IMAGE = "rabbitmq:3.13-alpine";
    private static final Duration START = Duration.ofMinutes(2);
    private static final String DEFINITIONS = "/etc/rabbitmq/definitions.json";

    private final int port = new FreePorts().next();
    private final RabbitMQContainer container = new RabbitMQContainer(DockerImageName.parse(IMAGE));

    // Both guarded by this.
    private boolean stopped;
    private boolean killed;

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
        return "amqp://%s:%s@127.0.0.1:%d/%s".formatted(user, Definitions.PASSWORD, port, vhost.replace("/", "%2F"));
    }

    @Override
    public synchronized void start() {
        if (killed) {
            container
                    .getDockerClient()
                    .startContainerCmd(container.getContainerId())
                    .exec();
            rabbitmqctl("await_startup");
        } else if (stopped) {
            rabbitmqctl("start_app");
        } else if (!container.isRunning()) {
            container.setPortBindings(List.of("127.0.0.1:" + port + ":5672"));
            container
                    .withCopyToContainer(Transferable.of(new Definitions().json()), DEFINITIONS)
                    .withCopyToContainer(
                            Transferable.of("load_definitions = " + DEFINITIONS + "\n"),
                            "/etc/rabbitmq/conf.d/90-nanite.conf")
                    .waitingFor(
                            Wait.forLogMessage(".*Server startup complete.*", 1).withStartupTimeout(START))
                    .start();
        }
        killed = false;
        stopped = false;
    }

    @Override
    public synchronized void stop() {
        if (!stopped && !killed) {
            rabbitmqctl("stop_app");
            stopped = true;
        }
    }

    @Override
    public synchronized void kill() {
        if (!killed) {
            container
                    .getDockerClient()
                    .killContainerCmd(container.getContainerId())
                    .exec();
            killed = true;
        }
    }

    @Override
    public String rabbitmqctl(String... arguments) {
        List<String> command = new ArrayList<>(List.of("rabbitmqctl", "--quiet"));
        command.addAll(List.of(arguments));
        try {
            ExecResult result = container.execInContainer(command.toArray(String[]::new));
            if (result.getExitCode() != 0) {
                throw new IllegalStateException("rabbitmqctl %s: exit %d (expected: exit 0). It said:%n%s%s"
                        .formatted(
                                String.join(" ", arguments),
                                result.getExitCode(),
                                result.getStdout(),
                                result.getStderr()));
            }
            return result.getStdout();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("rabbitmqctl %s: interrupted".formatted(String.join(" ", arguments)), e);
        }
    }

    @Override
    public void close() {
        container.stop();
    }
}
