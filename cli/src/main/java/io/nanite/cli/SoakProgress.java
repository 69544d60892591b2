package io.nanite.cli;

import io.nanite.core.loop.TimeSource;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a soak is: on a terminal one line that is written again and again, elsewhere a line every few seconds. Used by the
 * command's thread.
 */
final class SoakProgress {

    private static final long EVERY = Duration.ofSeconds(5).toNanos();
    private static final int WIDTH = 30;

    private final PrintWriter out;
    private final boolean rewriting;
    private final int jobs;
    private final TimeSource time;
    private final long begin;
    private long printed;

    SoakProgress(PrintWriter out, boolean rewriting, int jobs, TimeSource time) {
        this.out = out;
        this.rewriting = rewriting;
        this.jobs = jobs;
        this.time = time;
        begin = time.nanos();
        printed = begin;
    }

    /** Whether this process prints to a terminal. Since Java 22 there may be a console without one. */
    @SuppressWarnings("SystemConsoleNull") // and that is asked for
    static boolean onTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
        } catch (ReflectiveOperationException e) {
            return true; // before Java 22 there was none without
        }
    }

    /** To be called about once a second. */
    void at(int answered, int faults, @Nullable SoakFault last) {
        if (rewriting) {
            out.print("\r" + line(answered, faults, last) + "  ");
            out.flush();
        } else if (time.nanos() - printed >= EVERY) {
            printed = time.nanos();
            out.println(line(answered, faults, last));
        }
    }

    /** The last one. */
    void end(int answered, int faults, @Nullable SoakFault last) {
        out.println((rewriting ? "\r" : "") + line(answered, faults, last));
    }

    private String line(int answered, int faults, @Nullable SoakFault last) {
        long seconds = Duration.ofNanos(time.nanos() - begin).toSeconds();
        int share = (int) Math.min(WIDTH, (long) WIDTH * answered / jobs);
        return "[%s%s] %3d %%  %,d of %,d answered, %,d faults%s, %d:%02d"
                .formatted(
                        "=".repeat(share),
                        " ".repeat(WIDTH - share),
                        Math.min(100L, 100L * answered / jobs),
                        answered,
                        jobs,
                        faults,
                        last == null ? "" : " (last: %-11s)".formatted(last.flag()),
                        seconds / 60,
                        seconds % 60);
    }
}
