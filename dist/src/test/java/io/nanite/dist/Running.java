package io.nanite.dist;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A command that runs, and all that it has said. Any thread. Everything that waits gives up with what was said until then. */
final class Running {

    /** For a script that starts a dozen processes one after the other, on a machine that has a lot to do besides. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final String command;
    private final Process process;
    private final Lines out = new Lines();
    private final Lines err = new Lines();

    private Running(String command, Process process) {
        this.command = command;
        this.process = process;
    }

    static Running start(ProcessBuilder builder) {
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            Running running = new Running(String.join(" ", builder.command()), process);
            running.out.read(process.inputReader(StandardCharsets.UTF_8), "out of " + process.pid());
            running.err.read(process.errorReader(StandardCharsets.UTF_8), "err of " + process.pid());
            return running;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Waits for a line on either stream that has this in it, and returns it. */
    String awaitLine(String part) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            boolean over = out.ended() && err.ended();
            String line = out.find(part);
            line = line == null ? err.find(part) : line;
            if (line != null) {
                return line;
            }
            if (over || System.nanoTime() - until > 0) {
                throw new AssertionError(
                        "no line with \"%s\" (expected: within %s).%n%s".formatted(part, PATIENCE, this));
            }
            synchronized (this) {
                wait(20);
            }
        }
    }

    /** Waits for the end, and for the last of what it says. */
    Ended awaitEnd() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it runs (expected: to have ended within %s).%n%s".formatted(PATIENCE, this));
        }
        return new Ended(process.exitValue(), out.await(), err.await());
    }

    /** How a command ended: its code, and what it said. */
    record Ended(int code, String out, String err) {}

    /** What {@code kill} does with this signal: TERM, KILL, STOP, CONT. */
    void signal(String name) throws InterruptedException {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0) {
                throw new AssertionError(
                        "kill -%s %d failed (expected: a process that runs).%n%s".formatted(name, pid(), this));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Dead when this returns, whatever it was. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public String toString() {
        return "$ %s (pid %d, %s)%n--- standard output:%n%s--- standard error:%n%s"
                .formatted(
                        command,
                        pid(),
                        process.isAlive() ? "running" : "exit " + process.exitValue(),
                        out.text(),
                        err.text());
    }

    /** One stream, as far as it has come. */
    private static final class Lines {

        private final List<String> lines = new ArrayList<>();
        private @Nullable Thread reader;
        private boolean ended;

        void read(BufferedReader from, String name) {
            Thread thread = new Thread(() -> read(from), name);
            thread.setDaemon(true);
            reader = thread;
            thread.start();
        }

        private void read(BufferedReader from) {
            try (from) {
                for (String line = from.readLine(); line != null; line = from.readLine()) {
                    add(line);
                }
            } catch (IOException e) {
                add("(lost: " + e + ")");
            } finally {
                end();
            }
        }

        private synchronized void add(String line) {
            lines.add(line);
        }

        private synchronized void end() {
            ended = true;
        }

        synchronized boolean ended() {
            return ended;
        }

        synchronized @Nullable String find(String part) {
            return lines.stream()
                    .filter(line -> line.contains(part))
                    .findFirst()
                    .orElse(null);
        }

        synchronized String text() {
            StringBuilder text = new StringBuilder();
            lines.forEach(line -> text.append(line).append('\n'));
            return text.toString();
        }

        /** All of it; a child that has inherited the stream may keep it open for as long as it lives. */
        String await() throws InterruptedException {
            if (reader != null) {
                reader.join(PATIENCE.toMillis());
            }
            return text();
        }
    }
}
