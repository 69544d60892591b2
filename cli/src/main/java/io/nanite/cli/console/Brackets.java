package io.nanite.cli.console;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Brackets and quotes of a text that is no words: JSON, Java, a call in Ruby. */
final class Brackets {

    private static final String OPENING = "([{";
    private static final String CLOSING = ")]}";

    private Brackets() {}

    /** The innermost bracket or quote that is open at the end; null if all are closed. */
    static @Nullable String open(String text) {
        Deque<Character> open = new ArrayDeque<>();
        scan(text, open, false);
        return open.isEmpty() ? null : String.valueOf(open.peek());
    }

    /** How long the text is up to where its first bracket is closed again; -1 if it never is. */
    static int lengthOfFirst(String text) {
        return scan(text, new ArrayDeque<>(), true);
    }

    private static int scan(String text, Deque<Character> open, boolean untilClosed) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            Character innermost = open.peek();
            if (innermost != null && (innermost == '"' || innermost == '\'')) {
                if (c == '\\') {
                    i++;
                } else if (c == innermost) {
                    open.pop();
                }
            } else if (c == '"' || c == '\'' || OPENING.indexOf(c) >= 0) {
                open.push(c);
            } else if (innermost != null
                    && CLOSING.indexOf(c) >= 0
                    && OPENING.indexOf(innermost) == CLOSING.indexOf(c)) {
                open.pop();
                if (untilClosed && open.isEmpty()) {
                    return i + 1;
                }
            }
        }
        return -1;
    }
}
