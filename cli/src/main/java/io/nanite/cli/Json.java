package io.nanite.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON as it is typed and printed. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Json() {}

    static String line(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** What one of our processes says to another; throws an {@link IllegalArgumentException} if it is no object. */
    static Map<String, @Nullable Object> object(String line) {
        try {
            Map<String, @Nullable Object> read = new LinkedHashMap<>();
            read.putAll(MAPPER.readValue(line, new TypeReference<Map<String, Object>>() {}));
            return read;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "%d characters (expected: an object of JSON)".formatted(line.length()), e);
        }
    }

    /** A list of objects; throws an {@link IllegalArgumentException} if it is none. */
    static List<Map<String, @Nullable Object>> objects(String text) {
        try {
            List<Map<String, @Nullable Object>> read = new ArrayList<>();
            for (Map<String, Object> each : MAPPER.readValue(text, new TypeReference<List<Map<String, Object>>>() {})) {
                read.add(new LinkedHashMap<>(each));
            }
            return read;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "%d characters (expected: a list of objects of JSON)".formatted(text.length()), e);
        }
    }

    /** What somebody typed: the value if it is JSON, else the text as it is; a shell takes the quotes off {@code "hello"}. */
    static @Nullable Object payload(@Nullable String typed) {
        if (typed == null) {
            return null;
        }
        try {
            return MAPPER.readValue(typed, Object.class);
        } catch (JacksonException e) {
            return typed;
        }
    }
}
