package io.nanite.cli.console;

import java.util.Set;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Shows while one types what the console makes of it: commands bold, what is none red. On the thread that reads. */
final class Colours implements Highlighter {

    private static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;
    private static final AttributedStyle COMMAND = PLAIN.bold();
    private static final AttributedStyle UNKNOWN = PLAIN.foreground(AttributedStyle.RED);
    private static final AttributedStyle FLAG = PLAIN.foreground(AttributedStyle.CYAN);
    private static final AttributedStyle SERVICE = PLAIN.foreground(AttributedStyle.BLUE);
    private static final AttributedStyle QUOTED = PLAIN.foreground(AttributedStyle.GREEN);
    private static final AttributedStyle COMMENT = PLAIN.faint();

    private final Set<String> commands;

    Colours(Set<String> commands) {
        this.commands = Set.copyOf(commands);
    }

    @Override
    public AttributedString highlight(LineReader reader, String line) {
        AttributedStringBuilder coloured = new AttributedStringBuilder();
        boolean call = OriginalLine.isCall(line);
        int at = 0;
        boolean first = true;
        for (Word word : Words.of(line).all()) {
            between(coloured, line.substring(at, word.start()));
            coloured.styled(style(word, first, call), line.substring(word.start(), word.end()));
            at = word.end();
            first = false;
        }
        between(coloured, line.substring(at));
        return coloured.toAttributedString();
    }

    /** Space, or a comment. */
    private static void between(AttributedStringBuilder coloured, String text) {
        coloured.styled(text.isBlank() ? PLAIN : COMMENT, text);
    }

    private AttributedStyle style(Word word, boolean first, boolean call) {
        if (call) {
            return PLAIN;
        }
        if (first) {
            boolean begun = commands.stream().anyMatch(command -> command.startsWith(word.text()));
            return commands.contains(word.text()) ? COMMAND : begun ? PLAIN : UNKNOWN;
        }
        if (word.quoted()) {
            return QUOTED;
        }
        return word.text().startsWith("-") ? FLAG : word.text().startsWith("/") ? SERVICE : PLAIN;
    }
}
