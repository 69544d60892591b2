package io.nanite.cli.console;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.function.Consumer;

/**
 * Where a console prints: line by line, and nothing that would move a cursor, whoever sent it. Any thread.
 *
 * <p>What an agent says may hold the escape codes of a terminal. They come out as JSON would write them.
 */
public final class Screen {

    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    private final Consumer<String> out;
    private final Consumer<String> err;

    private Screen(Consumer<String> out, Consumer<String> err) {
        this.out = out;
        this.err = err;
    }

    /** One that prints plain text. */
    public static Screen plain(PrintWriter out, PrintWriter err) {
        return new Screen(out::println, err::println);
    }

    /** One on which complaints are red, if it has colours. */
    static Screen above(Consumer<String> lines, boolean coloured) {
        return new Screen(lines, coloured ? line -> lines.accept(RED + line + PLAIN) : lines);
    }

    /** A writer for answers: what is not yet a whole line waits in it, so each command should have one of its own. */
    public PrintWriter out() {
        return new PrintWriter(new Lines(out), true);
    }

    /** A writer for complaints, as {@link #out}. */
    public PrintWriter err() {
        return new PrintWriter(new Lines(err), true);
    }

    static String harmless(String line) {
        if (line.codePoints().allMatch(Screen::isHarmless)) {
            return line;
        }
        StringBuilder safe = new StringBuilder(line.length() + 16);
        line.codePoints().forEach(c -> {
            if (isHarmless(c)) {
                safe.appendCodePoint(c);
            } else {
                for (char half : Character.toChars(c)) {
                    safe.append("\\u%04x".formatted((int) half));
                }
            }
        });
        return safe.toString();
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> c == '\t';
            case Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Hands on what is written, a line at a time. */
    private static final class Lines extends Writer {

        private final Consumer<String> to;
        private final StringBuilder begun = new StringBuilder();

        private Lines(Consumer<String> to) {
            this.to = to;
        }

        @Override
        public void write(char[] chars, int offset, int length) {
            synchronized (begun) {
                begun.append(chars, offset, length);
                int from = 0;
                for (int end = begun.indexOf("\n"); end >= 0; end = begun.indexOf("\n", from)) {
                    int last = end > from && begun.charAt(end - 1) == '\r' ? end - 1 : end;
                    to.accept(harmless(begun.substring(from, last)));
                    from = end + 1;
                }
                begun.delete(0, from);
            }
        }

        @Override
        public void flush() {
            // Half a line waits for the other half.
        }

        @Override
        public void close() {
            synchronized (begun) {
                if (begun.length() > 0) {
                    to.accept(harmless(begun.toString()));
                    begun.setLength(0);
                }
            }
        }
    }
}
