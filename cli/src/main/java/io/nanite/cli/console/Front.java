package io.nanite.cli.console;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The side of a console that a person, or a pipe, sees. */
public interface Front {

    /** Whether somebody sits there, who can read what comes later. */
    boolean live();

    Screen screen();

    /** The lines that were typed, oldest first; those of before too, where they are kept. */
    List<String> history();

    /** Makes the screen empty, if it is one. */
    void clear();

    /**
     * Takes lines until there are no more, or a command ends the console. Returns the exit code.
     *
     * @param choices what the labels of flags and arguments stand for, for completion
     */
    int run(Interpreter interpreter, Map<String, Supplier<Collection<Choice>>> choices);

    /** Has {@link #run} return soon, whatever it waits for. Any thread. */
    void end();
}
