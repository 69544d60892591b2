package io.nanite.faultkit.rabbit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that this JVM started and will end. A daemon thread reads what it prints, so that it never waits for us, and
 * remembers the last of it for the error message.
 */
final class ChildProcess {

    private static final int REMEMBERED_LINES = 60;
    private static final Duration END = Duration.ofSeconds(10);

    private final String name;
    private final Process process;
    private final String readyMarker;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Deque<String> lastLines = new ArrayDeque<>();

    private ChildProcess(String name, Process process, String readyMarker) {
        this.name = name;
        this.process = process;
        this.readyMarker = readyMarker;
    }

    /** {@code readyMarker} is part of the line by which the process says that it is ready. */
    static ChildProcess start(String name, ProcessBuilder builder, String readyMarker) {
        try {
            Process process = builder.redirectErrorStream(true).start();
            process.getOutputStream().close();
            ChildProcess child = new ChildProcess(name, process, readyMarker);
            Thread reader = new Thread(child::read, name + "-output");
            reader.setDaemon(true);
            reader.start();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                remember(line);
                if (line.contains(readyMarker)) {
                    ready.complete(null);
                }
            }
        } catch (IOException e) {
            remember("(output lost: " + e + ")");
        }
        ready.completeExceptionally(new IllegalStateException("it ended"));
    }

    private synchronized void remember(String line) {
        if (lastLines.size() == REMEMBERED_LINES) {
            lastLines.removeFirst();
        }
        lastLines.addLast(line);
    }

    private synchronized String lastWords() {
        return String.join("\n", lastLines);
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Waits for the marker. Throws if the process ends before, or time is up. */
    void awaitReady(Duration timeout) {
        try {
            ready.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(name + ": interrupted while it starts", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "%s: not ready (expected: a line with \"%s\" within %s). It said:%n%s"
                            .formatted(name, readyMarker, timeout, lastWords()),
                    e);
        }
    }

    /** Ends it and its children at once, as {@code kill -9} does, and returns when it is dead. */
    void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("%s: pid %d lives (expected: dead within %s of being killed)"
                        .formatted(name, process.pid(), END));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
