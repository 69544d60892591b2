package io.nanite.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/**
 * The whole of a terminal, drawn again and again, with single keys. Closing it brings back what was there before. One thread, but
 * for {@link #end}.
 */
public final class LiveScreen implements AutoCloseable {

    /** No key was pressed. */
    public static final int NOTHING = -2;

    /** There will be no more keys. */
    public static final int END = -1;

    /** A new size shows after so long, at most. */
    private static final long SLICE_MILLIS = 100;

    private final Terminal terminal;
    private final Attributes before;
    private final Display display;
    private Size size = new Size(0, 0);
    private volatile boolean ended;

    private LiveScreen(Terminal terminal) {
        this.terminal = terminal;
        before = terminal.enterRawMode();
        display = new Display(terminal, true);
        terminal.handle(Signal.INT, signal -> end());
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
    }

    /** Takes the terminal that this process has; null if its input or its output is none. */
    public static @Nullable LiveScreen open() {
        Terminal terminal = TerminalFront.terminal();
        return terminal == null ? null : new LiveScreen(terminal);
    }

    public int columns() {
        return Math.max(1, terminal.getSize().getColumns());
    }

    public int rows() {
        return Math.max(1, terminal.getSize().getRows());
    }

    /** Shows these lines, cut where the screen ends, the one of this number as a heading. */
    public void draw(List<String> lines, int heading) {
        Size now = terminal.getSize();
        if (!now.equals(size)) {
            size = new Size(now.getColumns(), now.getRows());
            terminal.puts(Capability.clear_screen);
            display.clear();
            display.resize(rows(), columns());
        }
        List<AttributedString> shown = new ArrayList<>();
        for (int i = 0; i < Math.min(lines.size(), rows()); i++) {
            AttributedStyle style = i == heading ? AttributedStyle.INVERSE : AttributedStyle.DEFAULT;
            AttributedString line = new AttributedString(Screen.harmless(lines.get(i)), style);
            shown.add(line.columnSubSequence(0, columns()));
        }
        display.update(shown, 0);
    }

    /** The key that is pressed within this time, {@link #NOTHING}, or {@link #END}; earlier if the terminal has a new size. */
    public int key(Duration patience) {
        try {
            for (long left = patience.toMillis(); left > 0 && !ended; left -= SLICE_MILLIS) {
                int key = terminal.reader().read(Math.min(left, SLICE_MILLIS));
                if (key != NOTHING) {
                    return key;
                }
                if (!terminal.getSize().equals(size)) {
                    return NOTHING;
                }
            }
            return ended ? END : NOTHING;
        } catch (IOException e) {
            return END;
        }
    }

    /** Has {@link #key} say that there are no more keys. Any thread. */
    public void end() {
        ended = true;
    }

    @Override
    public void close() {
        terminal.puts(Capability.cursor_visible);
        terminal.puts(Capability.exit_ca_mode);
        terminal.flush();
        terminal.setAttributes(before);
        try {
            terminal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
