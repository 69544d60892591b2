package io.nanite.core.serializer;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The values that most payloads are, written past databind. */
final class PlainValues {

    private PlainValues() {}

    static void write(JsonGenerator out, @Nullable Object value, PayloadCodec codec) {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof String text) {
            out.writeString(text);
        } else if (value instanceof Integer number) {
            out.writeNumber(number);
        } else if (value instanceof Long number) {
            out.writeNumber(number);
        } else if (value instanceof Double number) {
            out.writeNumber(number);
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else {
            codec.write(out, value);
        }
    }
}
