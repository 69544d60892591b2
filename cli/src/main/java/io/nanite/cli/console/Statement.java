package io.nanite.cli.console;

import io.nanite.core.ConfigException;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What was typed, as one command: one line, or several where something had to be closed.
 *
 * @param arguments the name of the command and what it gets; empty if nothing was typed but space and comments
 * @param unclosed the quote or bracket that is still open; null if none is
 */
record Statement(List<String> arguments, @Nullable String unclosed) {

    Statement {
        arguments = List.copyOf(arguments);
    }

    /** {@code whole} knows the commands that take their line as it is. Throws {@link ConfigException} for wrong Ruby. */
    static Statement of(String text, Predicate<String> whole) {
        String stripped = text.strip();
        String name = stripped.split("\\s", 2)[0];
        if (whole.test(name)) {
            String rest = stripped.substring(name.length()).strip();
            return new Statement(
                    rest.isEmpty()
                            ? List.of(name)
                            : rest.equals("--help") ? List.of(name, rest) : List.of(name, "--", rest),
                    Brackets.open(rest));
        }
        if (OriginalLine.isCall(text)) {
            String open = Brackets.open(text);
            return open == null ? new Statement(OriginalLine.arguments(text), null) : new Statement(List.of(), open);
        }
        Words words = Words.of(text);
        return new Statement(words.all().stream().map(Word::text).toList(), words.unclosed());
    }

    /** As an array, for those who want one. */
    String[] array() {
        return arguments.toArray(String[]::new);
    }
}
