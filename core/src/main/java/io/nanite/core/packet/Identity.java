package io.nanite.core.packet;

import java.util.regex.Pattern;

/**
 * The name of one agent ({@code nanite-fred}) or mapper ({@code mapper-web1}), and of the queue it reads.
 *
 * <p>The part after the prefix is one to 64 of {@code A-Z a-z 0-9 _ -} and starts with a letter or digit, so that an
 * identity can stand in a queue name, a log line or a file name as it is.
 */
public record Identity(String value) implements Comparable<Identity> {

    private static final String AGENT = "nanite-";
    private static final String MAPPER = "mapper-";
    private static final Pattern GRAMMAR = Pattern.compile("(?:nanite|mapper)-[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    /** Throws {@link IllegalArgumentException} if the value is not an identity. */
    public Identity {
        if (!isIdentity(value)) {
            throw new IllegalArgumentException(
                    "identity: %s (expected: nanite-NAME or mapper-NAME, NAME 1-64 of A-Z a-z 0-9 _ -)"
                            .formatted(Printable.of(value)));
        }
    }

    /** Whether the text follows the grammar. */
    public static boolean isIdentity(String text) {
        return text.length() <= 71 && GRAMMAR.matcher(text).matches();
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
