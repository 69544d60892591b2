package io.nanite.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.impl.DumbTerminal;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/**
 * A console on a terminal: a prompt that can be edited, a history, and what comes meanwhile above it. Run by one thread; the
 * screen and {@link #end} are for any.
 *
 * <p>Ctrl-C takes back the line, or interrupts the command that runs; Ctrl-D on an empty line ends the console.
 */
public final class TerminalFront implements Front, AutoCloseable {

    private static final String PROMPT = ">> ";
    private static final String MORE = ".. ";

    /** How many lines are kept. */
    private static final int MOST_LINES = 10_000;

    private final Terminal terminal;
    private final @Nullable Path history;
    private final boolean coloured;
    private final Screen screen;
    private final Thread owner = Thread.currentThread();
    private volatile @Nullable LineReader reader;
    private volatile boolean ended;

    // Guarded by this.
    private boolean running;

    private TerminalFront(Terminal terminal, @Nullable Path history, boolean coloured) {
        this.terminal = terminal;
        this.history = history;
        this.coloured = coloured;
        this.screen = Screen.above(this::print, coloured);
        terminal.handle(Signal.INT, signal -> interrupt());
        // What is typed while a command runs shows at the next prompt, and not twice. Closing brings the echo back.
        Attributes silent = terminal.getAttributes();
        silent.setLocalFlag(LocalFlag.ECHO, false);
        terminal.setAttributes(silent);
    }

    /**
     * Opens the terminal that this process has; null if its input or its output is none. To be called by the thread that will
     * run it.
     *
     * @param history the file that lines are kept in, asked for if there is a terminal; it is there then
     */
    public static @Nullable TerminalFront open(Supplier<Path> history, boolean coloured) {
        Terminal terminal = terminal();
        if (terminal == null) {
            return null;
        }
        try {
            return new TerminalFront(terminal, history.get(), coloured);
        } catch (RuntimeException e) {
            close(terminal);
            throw e;
        }
    }

    /** One on streams, which keeps nothing: for those who want to see it work, and have no terminal. */
    public static TerminalFront on(InputStream in, OutputStream out) {
        try {
            return new TerminalFront(new DumbTerminal("streams", "ansi", in, out, StandardCharsets.UTF_8), null, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static @Nullable Terminal terminal() {
        try {
            return TerminalBuilder.builder().system(true).dumb(false).build();
        } catch (IOException | IllegalStateException e) {
            return null;
        }
    }

    @Override
    public boolean live() {
        return true;
    }

    @Override
    public Screen screen() {
        return screen;
    }

    private void print(String line) {
        LineReader reading = reader;
        if (reading != null) {
            reading.printAbove(line + "\n");
        } else {
            terminal.writer().println(line);
            terminal.flush();
        }
    }

    @Override
    public List<String> history() {
        List<String> lines = new ArrayList<>();
        LineReader reading = reader;
        if (reading != null) {
            reading.getHistory().forEach(entry -> lines.add(entry.line()));
        }
        return lines;
    }

    @Override
    public void clear() {
        terminal.puts(Capability.clear_screen);
        terminal.flush();
    }

    @Override
    public int run(Interpreter interpreter, Map<String, Supplier<Collection<Choice>>> choices) {
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("nanite")
                .parser(new LineParser(interpreter))
                .completer(new Completion(interpreter, choices))
                .highlighter(
                        coloured
                                ? new Colours(
                                        interpreter.commands().getSubcommands().keySet())
                                : null)
                .variable(LineReader.HISTORY_SIZE, MOST_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, MOST_LINES)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, MORE)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_TIMESTAMPED, false)
                .option(LineReader.Option.AUTO_FRESH_LINE, false)
                .option(LineReader.Option.INSERT_TAB, false);
        if (history != null) {
            builder.variable(LineReader.HISTORY_FILE, history);
        }
        LineReader reading = builder.build();
        reader = reading;
        while (!ended && !interpreter.ended()) {
            String line = line(reading);
            if (line != null) {
                execute(interpreter, line);
            }
        }
        return 0;
    }

    private @Nullable String line(LineReader reading) {
        try {
            return reading.readLine(PROMPT);
        } catch (UserInterruptException e) {
            return null;
        } catch (EndOfFileException e) {
            ended = true;
            return null;
        }
    }

    private void execute(Interpreter interpreter, String line) {
        begin();
        try {
            interpreter.execute(line);
        } finally {
            finish();
        }
    }

    private synchronized void begin() {
        running = true;
    }

    private synchronized void finish() {
        running = false;
        // It came when the command had ended already.
        var unused = Thread.interrupted();
    }

    private synchronized void interrupt() {
        if (running) {
            owner.interrupt();
        }
    }

    @Override
    public void end() {
        ended = true;
        owner.interrupt();
    }

    @Override
    public void close() {
        close(terminal);
    }

    private static void close(Terminal terminal) {
        try {
            terminal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
