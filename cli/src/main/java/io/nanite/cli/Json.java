package io.nanite.cli;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
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
