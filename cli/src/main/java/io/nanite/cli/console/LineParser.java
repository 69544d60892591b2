package io.nanite.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/** Tells the line editor where words are, and that a line goes on while something is open. On the thread that reads. */
final class LineParser implements Parser {

    private final Interpreter interpreter;

    LineParser(Interpreter interpreter) {
        this.interpreter = interpreter;
    }

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        if (context == ParseContext.ACCEPT_LINE || context == ParseContext.UNSPECIFIED) {
            String open = interpreter.unclosed(line);
            if (open != null) {
                throw new EOFError(-1, cursor, "open: " + open, open);
            }
        }
        return parsed(line, cursor);
    }

    private static ParsedLine parsed(String line, int cursor) {
        Words words = Words.of(line);
        Word current = words.at(cursor);
        List<String> texts = new ArrayList<>();
        int index = 0;
        for (Word word : words.all()) {
            if (word.start() < (current == null ? cursor : current.start())) {
                index++;
            }
            texts.add(word.text());
        }
        if (current == null) {
            texts.add(index, "");
            return new Parsed(line, cursor, texts, index, "", 0, 0, 0);
        }
        int raw = cursor - current.start();
        int within = current.quoted()
                ? current.text().length()
                : Math.min(raw, current.text().length());
        return new Parsed(line, cursor, texts, index, current.text(), within, raw, current.end() - current.start());
    }

    /** What the editor asks about a line; its methods are named by JLine. */
    private record Parsed(
            String line,
            int cursor,
            List<String> words,
            int wordIndex,
            String word,
            int wordCursor,
            int rawWordCursor,
            int rawWordLength)
            implements CompletingParsedLine {

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            UnaryOperator<String> quoted = text -> text.matches("\\S*") ? text : "\"" + text + "\"";
            return quoted.apply(candidate.toString());
        }
    }
}
