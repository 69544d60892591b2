package io.nanite.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
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
    private final Path history;
    private final boolean coloured;
    private final Screen screen;
    private final Thread owner = Thread.currentThread();
    private volatile @Nullable LineReader reader;
    private volatile boolean ended;

    // Guarded by this.
    private boolean running;

    private TerminalFront(Terminal terminal, Path history, boolean coloured) {
        this.terminal = terminal;
        this.history = history;
        this.coloured = coloured;
        this.screen = Screen.above(this::print, coloured);
        terminal.handle(Signal.INT, signal -> interrupt());
    }

    /**
     * Opens the terminal that this process has; null if its input or its output is none. To be called by the thread that will
     * run it.
     *
     * @param history the file that lines are kept in; it is there
     */
    public static @Nullable TerminalFront open(Path history, boolean coloured) {
        Terminal terminal = terminal();
        return terminal == null ? null : new TerminalFront(terminal, history, coloured);
    }

    private static @Nullable Terminal terminal() {
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
        LineReader reading = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("nanite")
                .parser(new LineParser(interpreter))
                .completer(new Completion(interpreter, choices))
                .highlighter(
                        coloured
                                ? new Colours(
                                        interpreter.commands().getSubcommands().keySet())
                                : null)
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.HISTORY_SIZE, MOST_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, MOST_LINES)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, MORE)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_TIMESTAMPED, false)
                .option(LineReader.Option.AUTO_FRESH_LINE, false)
                .option(LineReader.Option.INSERT_TAB, false)
                .build();
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
        try {
            terminal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
