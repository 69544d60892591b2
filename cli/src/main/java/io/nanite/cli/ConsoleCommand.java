package io.nanite.cli;

import io.nanite.core.packet.Printable;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** A command that there is in a console only. */
abstract class ConsoleCommand implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    @ParentCommand
    @Nullable
    ConsoleCommands console;

    @Option(names = "--json", negatable = true, fallbackValue = "true", description = "as one line of JSON")
    boolean json;

    @Override
    public final Integer call() throws Exception {
        if (console == null) {
            throw new IllegalStateException("a command outside a console");
        }
        return run(console.session()).code();
    }

    /** Does it. */
    abstract ExitCode run(Session session) throws Exception;

    PrintWriter out() {
        return common.out();
    }

    /** Prints the value as JSON if that is wanted, else does what prints it for people. */
    final void print(@Nullable Object value, Runnable forPeople) {
        if (json) {
            out().println(Json.line(value));
        } else {
            forPeople.run();
        }
    }

    /** In the unit that people would take. */
    static String readable(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        if (millis < 1000) {
            return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%.0f ms", millis);
        }
        double seconds = millis / 1000;
        return seconds < 120
                ? String.format(Locale.ROOT, "%.1f s", seconds)
                : String.format(Locale.ROOT, "%d min", Math.round(seconds / 60));
    }

    static String plain(@Nullable String text) {
        return text == null ? "" : Printable.of(text);
    }
}
