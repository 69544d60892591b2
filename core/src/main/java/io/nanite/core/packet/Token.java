package io.nanite.core.packet;

/**
 * Ties a reply to its request, through every retry and every process that touches it.
 *
 * <p>Ours are 128 random bits as 32 lower-case hexadecimal digits; from others, one to 64 of {@code A-Z a-z 0-9 _ -}
 * are accepted.
 */
public record Token(String value) {

    private static final int LONGEST = 64;

    /** Throws {@link IllegalArgumentException} if the value is not a token. */
    public Token {
        if (!isToken(value)) {
            throw new IllegalArgumentException(
                    "token: %s (expected: 1-64 of A-Z a-z 0-9 _ -)".formatted(Printable.of(value)));
        }
    }

    /** Whether this may be one. Not by a regular expression: this runs for every packet. */
    public static boolean isToken(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return value;
    }
}
