package io.nanite.core.packet;

import org.jspecify.annotations.Nullable;

/**
 * A mapper tells one agent to do something with itself, past its work. The agent answers with a {@link Result}.
 *
 * @param token of the answer
 * @param from the mapper that asks, and waits
 * @param action what to do: 1-32 of {@code a-z} and {@code _}
 * @param argument what the action takes; null for nothing
 */
public record Instruct(
        Token token, Identity from, String action, @Nullable String argument) implements Packet {

    private static final int LONGEST = 32;

    /** Throws {@link IllegalArgumentException} if the action is no word. */
    public Instruct {
        boolean word = !action.isEmpty() && action.length() <= LONGEST;
        for (int i = 0; word && i < action.length(); i++) {
            char c = action.charAt(i);
            word = (c >= 'a' && c <= 'z') || c == '_';
        }
        if (!word) {
            throw new IllegalArgumentException(
                    "action: %s (expected: 1-32 of a-z and _)".formatted(Printable.of(action)));
        }
    }

    /** What a policy knows this as: a call of {@code /nanite/drain}, where the action is {@code drain}. */
    public Service service() {
        return Service.parse("/nanite/" + action);
    }
}
