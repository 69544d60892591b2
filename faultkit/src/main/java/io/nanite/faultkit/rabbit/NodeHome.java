package io.nanite.faultkit.rabbit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What a node has from its first start to its end: folder, ports, port mapper, and all processes. Any thread may close it,
 * at any time: the JVM does when it ends first.
 */
final class NodeHome implements AutoCloseable {

    private static final Duration EPMD_START = Duration.ofMinutes(1);

    private final TemporaryFolder temporary;
    private final RabbitFolder folder;
    private final int amqpPort;
    private final List<ChildProcess> processes = new CopyOnWriteArrayList<>();
    private final Thread shutdownHook = new Thread(this::end, "rabbitmq-end");

    private NodeHome(TemporaryFolder temporary, @Nullable NodeHome joined) {
        FreePorts ports = new FreePorts();
        this.temporary = temporary;
        amqpPort = ports.next();
        folder = joined == null
                ? new RabbitFolder(temporary.path(), amqpPort, ports.next(), ports.next())
                : new RabbitFolder(temporary.path(), amqpPort, ports.next(), joined.folder);
    }

    /** With a port mapper running: Erlang would start one itself, which would stay for ever. Who joins shares that one. */
    static NodeHome create(RabbitBinaries binaries, @Nullable NodeHome joined) {
        NodeHome home = new NodeHome(TemporaryFolder.create("nanite-rabbitmq-"), joined);
        Runtime.getRuntime().addShutdownHook(home.shutdownHook);
        try {
            home.folder.prepare();
            if (joined == null) {
                home.start(
                        "epmd", new ProcessBuilder(binaries.epmd().toString(), "-debug"), "epmd running", EPMD_START);
            }
            return home;
        } catch (RuntimeException | Error e) {
            home.close();
            throw e;
        }
    }

    int amqpPort() {
        return amqpPort;
    }

    RabbitFolder folder() {
        return folder;
    }

    /** Returns when the process is ready; it ends with this home at the latest. */
    ChildProcess start(String name, ProcessBuilder builder, String readyMarker, Duration timeout) {
        folder.apply(builder);
        ChildProcess process = ChildProcess.start(name, builder, readyMarker);
        processes.add(process);
        process.awaitReady(timeout);
        return process;
    }

    /** For tests of our own: what must be gone afterwards. */
    List<ProcessHandle> handles() {
        return processes.stream().map(ChildProcess::handle).toList();
    }

    private void end() {
        processes.forEach(ChildProcess::kill);
        temporary.close();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook does the same as we do now.
        }
        end();
    }
}
