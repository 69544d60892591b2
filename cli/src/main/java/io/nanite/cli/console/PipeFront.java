package io.nanite.cli.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A console in a pipe: takes lines from it, prints plain text, and asks nothing. One thread, but for {@link #end}. */
public final class PipeFront implements Front {

    private final BufferedReader lines;
    private final Screen screen;
    private final Thread reader;

    /** To be run by the thread that makes it; {@code lines} should give up when it is interrupted. */
    public PipeFront(BufferedReader lines, Screen screen) {
        this.lines = lines;
        this.screen = screen;
        this.reader = Thread.currentThread();
    }

    @Override
    public boolean live() {
        return false;
    }

    @Override
    public Screen screen() {
        return screen;
    }

    @Override
    public List<String> history() {
        return List.of();
    }

    @Override
    public void clear() {}

    @Override
    public int run(Interpreter interpreter, Map<String, Supplier<Collection<Choice>>> choices) {
        try {
            interpreter.executeAll(lines);
        } catch (ClosedChannelException e) {
            return interpreter.failure();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return interpreter.failure();
    }

    @Override
    public void end() {
        reader.interrupt();
    }
}
