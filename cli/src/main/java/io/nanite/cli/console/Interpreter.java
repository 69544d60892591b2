package io.nanite.cli.console;

import io.nanite.core.ConfigException;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Has commands do what lines say. It knows none of them by name. One thread, but for {@link #end}.
 *
 * <p>Each line gets commands of its own: one that goes on behind the prompt keeps the flags that it was given.
 */
public final class Interpreter {

    private static final int DEEPEST = 16;
    private static final int WRONG = 2;

    private final Supplier<CommandLine> commands;
    private int failure;
    private int depth;
    private volatile boolean ended;

    /** {@code commands} makes the commands of one line. */
    public Interpreter(Supplier<CommandLine> commands) {
        this.commands = commands;
    }

    /** The quote or bracket that is open at the end of this text, so that it goes on in the next line; null if none is. */
    @Nullable
    String unclosed(String text) {
        try {
            return Statement.of(text, this::takesItsLine).unclosed();
        } catch (ConfigException e) {
            return null; // the error is shown where the line is executed
        }
    }

    /** The commands, to look at. */
    CommandLine commands() {
        return commands.get();
    }

    private boolean takesItsLine(String name) {
        CommandLine command = commands.get().getSubcommands().get(name);
        return command != null && command.getCommandSpec().userObject() instanceof WholeLine;
    }

    /** Does what a line says and returns its exit code, 0 for one that says nothing. */
    public int execute(String text) {
        CommandLine line = commands.get();
        int code;
        try {
            Statement statement = Statement.of(text, this::takesItsLine);
            if (statement.arguments().isEmpty() && statement.unclosed() == null) {
                return 0;
            }
            if (statement.unclosed() != null) {
                throw ConfigException.of("line", "ends within " + statement.unclosed(), "the end of what it opens");
            }
            code = line.execute(statement.array());
        } catch (ConfigException e) {
            line.getErr().println(e.getMessage());
            code = WRONG;
        }
        failed(code);
        return code;
    }

    /** Does what all lines say, to the end or until one ends the console. Returns the code of the last that failed, or 0. */
    public int executeAll(BufferedReader lines) throws IOException {
        if (depth == DEEPEST) {
            throw ConfigException.of("files in files", depth + 1, "%d at most".formatted(DEEPEST));
        }
        depth++;
        int last = 0;
        try {
            StringBuilder text = new StringBuilder();
            for (String line = lines.readLine(); line != null && !ended; line = lines.readLine()) {
                text.append(line);
                if (unclosed(text.toString()) != null) {
                    text.append('\n');
                    continue;
                }
                int code = execute(text.toString());
                last = code == 0 ? last : code;
                text.setLength(0);
            }
            if (!text.toString().isBlank() && !ended) {
                last = execute(text.toString());
            }
        } finally {
            depth--;
        }
        return last;
    }

    /** Whether lines come from a file or a pipe: then each waits for what the one before it asked for. */
    public boolean isScripted() {
        return depth > 0;
    }

    /** Something went wrong that no line waits for. Any thread. */
    public synchronized void failed(int code) {
        failure = code == 0 ? failure : code;
    }

    /** The code of the last command that failed, or 0. */
    public synchronized int failure() {
        return failure;
    }

    /** Has the console end behind the command that runs. Any thread. */
    public void end() {
        ended = true;
    }

    public boolean ended() {
        return ended;
    }
}
