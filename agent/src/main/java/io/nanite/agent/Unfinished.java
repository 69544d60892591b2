package io.nanite.agent;

import io.nanite.core.packet.Token;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Jobs that an agent has taken and not finished.
 *
 * @param tokens each once
 */
public record Unfinished(List<Token> tokens) {

    private static final int MOST_NAMED = 100;

    public Unfinished {
        tokens = List.copyOf(tokens);
    }

    /** How many, and their tokens: of very many, the first. */
    @Override
    public String toString() {
        int more = tokens.size() - MOST_NAMED;
        String named = tokens.stream().limit(MOST_NAMED).map(Token::value).collect(Collectors.joining(", "));
        return "%d %s%s%s%s"
                .formatted(
                        tokens.size(),
                        tokens.size() == 1 ? "job" : "jobs",
                        tokens.isEmpty() ? "" : ": ",
                        named,
                        more > 0 ? " and %d more".formatted(more) : "");
    }
}
