package io.nanite.core.packet;

/** Text from outside, made safe for a message or a log line: nothing that moves a cursor or ends a line, and not endless. */
public final class Printable {

    private static final int LONGEST = 120;

    private Printable() {}

    /** The text with control, format and unpaired characters written as {@code \\uXXXX}, cut after 120 characters. */
    public static String of(String text) {
        StringBuilder safe = new StringBuilder(Math.min(text.length(), LONGEST) + 8);
        text.codePoints().limit(LONGEST).forEach(c -> {
            if (isHarmless(c)) {
                safe.appendCodePoint(c);
            } else {
                safe.append("\\u%04x".formatted(c));
            }
        });
        if (text.codePointCount(0, text.length()) > LONGEST) {
            safe.append('…');
        }
        return safe.toString();
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
