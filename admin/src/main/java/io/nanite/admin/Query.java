package io.nanite.admin;

import io.nanite.core.packet.Printable;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What somebody looks for: names and values, from behind the question mark or from a JSON object. Immutable. */
final class Query {

    private static final int MOST_CHARACTERS = 256;

    private final Function<String, @Nullable String> values;

    Query(Function<String, @Nullable String> values) {
        this.values = values;
    }

    static Query of(Map<String, String> values) {
        return new Query(values::get);
    }

    /** Null if it is not said, or said with nothing. */
    @Nullable
    String text(String name) {
        String value = values.apply(name);
        if (value == null || value.isBlank()) {
            return null;
        }
        if (value.length() > MOST_CHARACTERS) {
            throw new ProblemException(
                    400, "%s: %d characters (expected: at most %d)".formatted(name, value.length(), MOST_CHARACTERS));
        }
        return value;
    }

    @Nullable
    String lowerCase(String name) {
        String value = text(name);
        return value == null ? null : value.toLowerCase(Locale.ROOT);
    }

    int number(String name, int usual, int most) {
        String value = text(name);
        if (value == null) {
            return usual;
        }
        int number = value.matches("[0-9]{1,6}") ? Integer.parseInt(value) : 0;
        if (number < 1 || number > most) {
            throw new ProblemException(400, "%s: %s (expected: 1 to %d)".formatted(name, Printable.of(value), most));
        }
        return number;
    }

    @Nullable
    Instant time(String name) {
        String value = text(name);
        if (value == null) {
            return null;
        }
        try {
            return Instant.parse(value);
        } catch (DateTimeException e) {
            throw new ProblemException(
                    400, "%s: %s (expected: a time as 2026-01-31T12:00:00Z)".formatted(name, Printable.of(value)));
        }
    }

    @Nullable
    String oneOf(String name, Set<String> allowed) {
        String value = lowerCase(name);
        if (value != null && !allowed.contains(value)) {
            throw new ProblemException(
                    400, "%s: %s (expected: one of %s)".formatted(name, Printable.of(value), allowed));
        }
        return value;
    }
}
