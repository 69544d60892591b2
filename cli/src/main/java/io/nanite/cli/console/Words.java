package io.nanite.cli.console;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words of a line, as a shell takes it apart; but JSON in braces or brackets needs no quotes around it, and a word that
 * begins with # begins a comment.
 *
 * @param unclosed the quote or brace that was opened and not closed; null if there is none
 */
record Words(List<Word> all, @Nullable String unclosed) {

    Words {
        all = List.copyOf(all);
    }

    static Words of(String line) {
        return new Reading(line).words();
    }

    /** The word that the cursor is in or directly behind; null if it is between words. */
    @Nullable
    Word at(int cursor) {
        return all.stream()
                .filter(word -> word.start() <= cursor && cursor <= word.end())
                .reduce((first, second) -> second)
                .orElse(null);
    }

    /** Goes through a line once. */
    private static final class Reading {

        private final String line;
        private final List<Word> words = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private int at;
        private boolean quoted;
        private @Nullable String unclosed;

        private Reading(String line) {
            this.line = line;
        }

        Words words() {
            while (true) {
                while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
                    at++;
                }
                if (at == line.length()) {
                    return new Words(words, unclosed);
                }
                if (line.charAt(at) == '#') {
                    int end = line.indexOf('\n', at);
                    at = end < 0 ? line.length() : end;
                } else {
                    word();
                }
            }
        }

        private void word() {
            int start = at;
            text.setLength(0);
            quoted = false;
            if (line.charAt(at) == '{' || line.charAt(at) == '[') {
                json();
            }
            while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
                char c = line.charAt(at++);
                if (c == '"' || c == '\'') {
                    quote(c);
                } else if (c == '\\' && at < line.length()) {
                    text.append(line.charAt(at++));
                } else {
                    text.append(c);
                }
            }
            words.add(new Word(text.toString(), start, at, quoted));
        }

        private void quote(char mark) {
            quoted = true;
            while (at < line.length()) {
                char c = line.charAt(at++);
                if (c == mark) {
                    return;
                }
                boolean escape = c == '\\' && mark == '"' && at < line.length();
                if (escape && (line.charAt(at) == '"' || line.charAt(at) == '\\')) {
                    text.append(line.charAt(at++));
                } else {
                    text.append(c);
                }
            }
            unclosed = String.valueOf(mark);
        }

        /** Up to the brace that closes the first one, as it is. */
        private void json() {
            String rest = line.substring(at);
            int length = Brackets.lengthOfFirst(rest);
            quoted = true;
            if (length < 0) {
                unclosed = String.valueOf(line.charAt(at));
                length = rest.length();
            }
            text.append(rest, 0, length);
            at += length;
        }
    }
}
