package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Printable;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/** JSON as it is read and written over HTTP. Any thread. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Json() {}

    static String text(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Over several lines, for people. */
    static String pretty(JsonNode value) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    }

    /** What was written here. */
    static JsonNode tree(String json) {
        return MAPPER.readTree(json);
    }

    /** The value as JSON; null if that is longer, or it cannot be written. */
    static @Nullable Bytes bytes(@Nullable Object value, int most) {
        Limited out = new Limited(most);
        try {
            MAPPER.writeValue(out, value);
        } catch (JacksonException | ProblemException e) {
            return null;
        }
        return out.full ? null : Bytes.of(out.toByteArray());
    }

    /** What was written with {@link #bytes}. */
    static @Nullable Object value(Bytes json) {
        return MAPPER.readValue(json.array(), json.offset(), json.length(), Object.class);
    }

    /** Takes so much and then throws, so that nobody goes on writing. */
    private static final class Limited extends ByteArrayOutputStream {

        private final int most;
        private boolean full;

        Limited(int most) {
            this.most = most;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (count + length > most) {
                full = true;
                throw new ProblemException(413, "payload: too long to be remembered");
            }
            super.write(bytes, offset, length);
        }

        @Override
        public synchronized void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }
    }

    static void answer(Context http, int status, @Nullable Object value) {
        http.status(status).contentType("application/json").result(text(value).getBytes(StandardCharsets.UTF_8));
    }

    /** Throws {@link ProblemException} if it is not of this type. */
    static <T> T read(byte[] body, Class<T> type) {
        T value;
        try {
            value = MAPPER.readValue(body, type);
        } catch (JacksonException e) {
            throw new ProblemException(400, "body: " + words(e));
        }
        if (value == null) {
            throw new ProblemException(400, "body: null (expected: an object)");
        }
        return value;
    }

    /** The library's own words name classes. */
    private static String words(JacksonException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "%s: not a key of it (expected: one of %s)"
                    .formatted(Printable.of(unknown.getPropertyName()), unknown.getKnownPropertyIds());
        }
        if (e instanceof MismatchedInputException) {
            String where = e.getPath().stream()
                    .map(step -> step.getPropertyName() == null ? "[" + step.getIndex() + "]" : step.getPropertyName())
                    .collect(Collectors.joining("."));
            return where.isEmpty()
                    ? "not what was asked for (expected: an object)"
                    : where + ": a value of another kind (expected: as in /api/v1/openapi.json)";
        }
        return "no JSON, at line %d, column %d"
                .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }
}
