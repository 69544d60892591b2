package io.nanite.faultkit.rabbit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A RabbitMQ node of this machine's installation, in a temporary folder, listening on free ports of the loopback. Any
 * thread may use it. It starts in about five seconds.
 *
 * <p>It shares nothing with a RabbitMQ that may be running here: its own name, cookie, port mapper and data. It needs no
 * particular user and may be root. Whatever happens to the test, the node ends with the JVM, unless that is killed with no
 * warning itself.
 */
public final class LocalRabbit implements AutoCloseable {

    /** On a machine that is busy with other nodes, a node takes ten times as long as on its own. */
    private static final Duration START = Duration.ofMinutes(3);

    private static final Duration COMMAND = Duration.ofMinutes(3);

    private final RabbitBinaries binaries;
    private final @Nullable LocalRabbit joined;

    // All of these are guarded by this.
    private State state = State.NEW;
    private @Nullable NodeHome home;
    private @Nullable ChildProcess node;

    /** Does nothing yet. */
    public LocalRabbit(RabbitBinaries binaries) {
        this(binaries, null);
    }

    private LocalRabbit(RabbitBinaries binaries, @Nullable LocalRabbit joined) {
        this.binaries = binaries;
        this.joined = joined;
    }

    /**
     * Another node, which joins the cluster of this one when it starts for the first time. This one must be up then, and be
     * closed last.
     */
    public LocalRabbit another() {
        return new LocalRabbit(binaries, this);
    }

    /** Where this user, {@code nanite} or {@code mapper}, finds this vhost. It stays the same over stop, kill and start. */
    public synchronized String uri(String user, String vhost) {
        if (!Definitions.USERS.contains(user)) {
            throw new IllegalArgumentException(
                    "broker user: %s (expected: one of %s)".formatted(user, Definitions.USERS));
        }
        return "amqp://%s:%s@127.0.0.1:%d/%s"
                .formatted(user, Definitions.PASSWORD, home().amqpPort(), vhost.replace("/", "%2F"));
    }

    /** Comes up, the first time or after {@link #stop} or {@link #kill}. Nothing happens if it is up. */
    public synchronized void start() {
        try {
            switch (state) {
                case NEW -> {
                    home = NodeHome.create(binaries, joined == null ? null : joined.home());
                    launch();
                }
                case KILLED -> launch();
                case STOPPED -> rabbitmqctl("start_app");
                case RUNNING -> {}
                case CLOSED -> throw new IllegalStateException("rabbitmq: closed (expected: not closed)");
            }
            state = State.RUNNING;
        } finally {
            if (state != State.RUNNING) {
                close();
            }
        }
    }

    private void launch() {
        ProcessBuilder builder = new ProcessBuilder(binaries.server().toString());
        // So told, the script becomes the broker instead of watching it: what we kill is the broker itself.
        builder.environment().put("RUNNING_UNDER_SYSTEMD", "true");
        node = home().start("rabbitmq-server", builder, "completed with", START);
    }

    /** Disconnects everybody and listens no more, in good order. */
    public synchronized void stop() {
        if (state == State.RUNNING) {
            rabbitmqctl("stop_app");
            state = State.STOPPED;
        }
    }

    /** Ends its process with no warning; what was declared a moment ago may be gone with it: see {@link #settle}. */
    public synchronized void kill() {
        if (state == State.RUNNING || state == State.STOPPED) {
            killNode();
            state = State.KILLED;
        }
    }

    private void killNode() {
        if (node != null) {
            node.kill();
            node = null;
        }
    }

    /** Returns when what was declared until now survives a {@link #kill}: Mnesia writes its log a moment later. */
    public void settle() {
        rabbitmqctl("eval", "mnesia:dump_log().");
    }

    /** The port of the loopback that it listens on. */
    public synchronized int port() {
        return home().amqpPort();
    }

    /** Runs {@code rabbitmqctl} and returns what it printed; throws {@link IllegalStateException} if it fails. */
    public synchronized String rabbitmqctl(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(binaries.control().toString());
        command.add("--quiet");
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile(home().folder().path(), "rabbitmqctl-", ".txt");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            home().folder().apply(builder);
            Process process = builder.start();
            boolean ended = process.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            String text = Files.readString(output);
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException("rabbitmqctl %s: %s (expected: exit 0). It said:%n%s"
                        .formatted(
                                String.join(" ", arguments),
                                ended ? "exit " + process.exitValue() : "still running after " + COMMAND,
                                text));
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("rabbitmqctl %s: interrupted".formatted(String.join(" ", arguments)), e);
        }
    }

    /** What must be gone when it is closed. */
    public synchronized List<ProcessHandle> handles() {
        return home().handles();
    }

    /** So must this. */
    public synchronized Path folder() {
        return home().folder().path();
    }

    private synchronized NodeHome home() {
        if (home == null) {
            throw new IllegalStateException("rabbitmq: %s (expected: started once, and not closed)".formatted(state));
        }
        return home;
    }

    @Override
    public synchronized void close() {
        // Nothing of it is needed again, so there is no reason to be slow and polite.
        state = State.CLOSED;
        killNode();
        if (home != null) {
            home.close();
            home = null;
        }
    }

    private enum State {
        NEW,
        RUNNING,
        STOPPED,
        KILLED,
        CLOSED
    }
}
