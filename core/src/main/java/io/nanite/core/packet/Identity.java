package io.nanite.core.packet;

/**
 * The name of one agent ({@code nanite-fred}) or mapper ({@code mapper-web1}), and of the queue it reads.
 *
 * <p>The part after the prefix is one to 64 of {@code A-Z a-z 0-9 _ -} and starts with a letter or digit, so that an
 * identity can stand in a queue name, a log line or a file name as it is.
 */
public record Identity(String value) implements Comparable<Identity> {

    private static final String AGENT = "nanite-";
    private static final String MAPPER = "mapper-";
    private static final int LONGEST_NAME = 64;

    /** Throws {@link IllegalArgumentException} if the value is not an identity. */
    public Identity {
        if (!isIdentity(value)) {
            throw new IllegalArgumentException(
                    "identity: %s (expected: nanite-NAME or mapper-NAME, NAME 1-64 of A-Z a-z 0-9 _ -)"
                            .formatted(Printable.of(value)));
        }
    }

    /** Whether the text follows the grammar. Not a regular expression: this runs three times for every request. */
    public static boolean isIdentity(String text) {
        int start = AGENT.length();
        boolean prefixed = text.startsWith(AGENT) || text.startsWith(MAPPER);
        if (!prefixed
                || text.length() == start
                || text.length() > start + LONGEST_NAME
                || !isLetterOrDigit(text.charAt(start))) {
            return false;
        }
        for (int i = start + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isLetterOrDigit(c) && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** The agent of this name; {@code fred} and {@code nanite-fred} are the same agent. */
    public static Identity agent(String name) {
        return new Identity(name.startsWith(AGENT) ? name : AGENT + name);
    }

    /** The mapper of this name; {@code web1} and {@code mapper-web1} are the same mapper. */
    public static Identity mapper(String name) {
        return new Identity(name.startsWith(MAPPER) ? name : MAPPER + name);
    }

    public boolean isAgent() {
        return value.startsWith(AGENT);
    }

    public boolean isMapper() {
        return value.startsWith(MAPPER);
    }

    /** The part after the prefix: what a person calls it. */
    public String name() {
        return value.substring(AGENT.length());
    }

    @Override
    public int compareTo(Identity other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
