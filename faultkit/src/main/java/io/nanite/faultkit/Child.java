package io.nanite.faultkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process that was started to be broken. It gets signals, and nobody else does; it ends with this JVM, unless that is
 * killed with no warning itself. What it prints is read by a thread of its own. Safe for use by many threads.
 */
public final class Child implements AutoCloseable {

    private static final int REMEMBERED_LINES = 200;
    private static final Duration END = Duration.ofSeconds(10);

    private final String name;
    private final Process process;
    private final Consumer<String> listener;
    private final Thread reader;
    private final Thread hook;

    // Guarded by this.
    private final Deque<String> lines = new ArrayDeque<>();
    private boolean ended;

    private Child(String name, Process process, Consumer<String> listener) {
        this.name = name;
        this.process = process;
        this.listener = listener;
        reader = new Thread(this::read, name + "-output");
        reader.setDaemon(true);
        hook = new Thread(this::shoot, name + "-end");
    }

    /** Starts it; its errors are among what it prints. */
    public static Child start(String name, ProcessBuilder builder) {
        return start(name, builder, line -> {});
    }

    /** As above; the listener gets each line, on the thread that reads them. */
    public static Child start(String name, ProcessBuilder builder, Consumer<String> listener) {
        try {
            Child child = new Child(name, builder.redirectErrorStream(true).start(), listener);
            Runtime.getRuntime().addShutdownHook(child.hook);
            child.reader.start();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How to start a JVM like this one, with the same classes. */
    public static ProcessBuilder jvm(List<String> options, String mainClass, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                remember(line);
                listener.accept(line);
            }
        } catch (IOException e) {
            remember("(output lost: " + e + ")");
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    private synchronized void remember(String line) {
        if (lines.size() == REMEMBERED_LINES) {
            lines.removeFirst();
        }
        lines.addLast(line);
        notifyAll();
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The last of what it printed. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** Waits for a line with this in it, among the last 200; throws if it ends without, or time is up. */
    public synchronized String awaitLine(String part, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        while (true) {
            String found = find(part);
            if (found != null) {
                return found;
            }
            long left = until - System.nanoTime();
            if (ended || left <= 0) {
                throw new IllegalStateException("%s: %s (expected: a line with \"%s\" within %s). It said:%n%s"
                        .formatted(name, ended ? "ended" : "silent", part, atMost, String.join("\n", lines)));
            }
            wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
        }
    }

    private @Nullable String find(String part) {
        for (String line : lines) {
            if (line.contains(part)) {
                return line;
            }
        }
        return null;
    }

    /** Waits for its end and returns its exit code; throws if time is up. */
    public int awaitExit(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("%s: pid %d lives (expected: ended within %s). It said:%n%s"
                    .formatted(name, pid(), atMost, String.join("\n", lines())));
        }
        reader.join(END.toMillis());
        return process.exitValue();
    }

    /** Ends it with no warning, as {@code kill -9} does, stopped or not; returns when it is dead. */
    public void kill() {
        shoot();
        try {
            awaitExit(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void shoot() {
        // Not the process's own destroyForcibly: that closes its output too, and what it said last would be lost.
        process.toHandle().destroyForcibly();
    }

    /** It stands still, and does not know it. */
    public void stop() {
        signal("STOP");
    }

    /** It goes on. */
    public void resume() {
        signal("CONT");
    }

    /** It is asked to end. */
    public void terminate() {
        signal("TERM");
    }

    private void signal(String signal) {
        if (!process.isAlive()) {
            throw new IllegalStateException("%s: ended (expected: alive, to be sent %s)".formatted(name, signal));
        }
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -s \"$0\" \"$1\"", signal, Long.toString(pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (kill.waitFor() != 0 && process.isAlive()) {
                throw new IllegalStateException("%s: cannot be sent %s".formatted(name, signal));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("%s: interrupted while sending %s".formatted(name, signal), e);
        }
    }

    /** Kills it if it lives. */
    @Override
    public void close() {
        kill();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // This JVM is ending: the hook has nothing left to do.
        }
    }
}
