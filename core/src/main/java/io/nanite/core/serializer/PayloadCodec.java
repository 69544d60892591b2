package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Payload;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.cfg.MutableCoercionConfig;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * Values to and from one format, by databind: records and beans without annotations, {@code java.time} as ISO text,
 * {@code byte[]} as base64 in text formats. What is written never chooses a class: the receiver's type does. Safe for use
 * by many threads.
 */
final class PayloadCodec implements Payload.Codec {

    private final String contentType;
    private final ObjectMapper mapper;
    private final ObjectReader plain;
    private final ObjectReader inside;
    private final UnaryOperator<Bytes> document;

    /** {@code document} makes a document of a payload that stood inside one. */
    PayloadCodec(String contentType, MapperBuilder<?, ?> builder, UnaryOperator<Bytes> document) {
        this.contentType = contentType;
        this.document = document;
        mapper = strict(builder)
                .addModule(new SimpleModule("nanite").addSerializer(Payload.class, new Nested()))
                .build();
        plain = mapper.readerFor(Object.class);
        inside = plain.without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    private static MapperBuilder<?, ?> strict(MapperBuilder<?, ?> builder) {
        return builder.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                // Allows nobody: not even an annotated type lets the wire name a class.
                .polymorphicTypeValidator(
                        BasicPolymorphicTypeValidator.builder().build())
                .withCoercionConfig(
                        LogicalType.Integer,
                        to -> refuse(
                                to,
                                CoercionInputShape.String,
                                CoercionInputShape.EmptyString,
                                CoercionInputShape.Float,
                                CoercionInputShape.Boolean))
                .withCoercionConfig(
                        LogicalType.Float,
                        to -> refuse(
                                to,
                                CoercionInputShape.String,
                                CoercionInputShape.EmptyString,
                                CoercionInputShape.Boolean))
                .withCoercionConfig(
                        LogicalType.Boolean,
                        to -> refuse(
                                to,
                                CoercionInputShape.String,
                                CoercionInputShape.EmptyString,
                                CoercionInputShape.Integer,
                                CoercionInputShape.Float))
                .withCoercionConfig(
                        LogicalType.Enum, to -> refuse(to, CoercionInputShape.EmptyString, CoercionInputShape.Integer));
    }

    private static void refuse(MutableCoercionConfig target, CoercionInputShape... sources) {
        for (CoercionInputShape source : sources) {
            target.setCoercion(source, CoercionAction.Fail);
        }
    }

    @Override
    public String contentType() {
        return contentType;
    }

    /** Writes what plain data, a record or a bean says. */
    void write(JsonGenerator out, Object value) {
        mapper.writeValue(out, value);
    }

    /** Reads the value that a parser stands on as plain data, and leaves what follows it. */
    @Nullable
    Object read(JsonParser in) {
        return inside.readValue(in);
    }

    @Override
    public @Nullable Object decode(Bytes encoded) {
        Bytes whole = document.apply(encoded);
        try {
            return plain.readValue(whole.array(), whole.offset(), whole.length());
        } catch (JacksonException e) {
            throw misfit(e, Object.class);
        }
    }

    @Override
    public @Nullable Object decode(Bytes encoded, Type type) {
        Bytes whole = document.apply(encoded);
        try {
            return mapper.readerFor(constructed(type)).readValue(whole.array(), whole.offset(), whole.length());
        } catch (JacksonException e) {
            throw misfit(e, type);
        }
    }

    /** The payload's value as the given type: from its bytes by the codec they came with, or from the value it has. */
    @Nullable
    Object convert(Payload payload, Type type) {
        Payload.Decoded decoded = payload.decodedAs(type);
        if (decoded != null) {
            return decoded.value();
        }
        Object value = payload.value();
        if (type instanceof Class<?> wanted && wanted.isInstance(value)) {
            return value;
        }
        try {
            return mapper.convertValue(value, constructed(type));
        } catch (JacksonException e) {
            throw misfit(e, type);
        }
    }

    void forgetClasses() {
        mapper.clearCaches();
    }

    private JavaType constructed(Type type) {
        try {
            return mapper.constructType(type);
        } catch (IllegalArgumentException e) {
            throw new SerializationException(
                    "type: %s (expected: a class, or one with its type arguments)".formatted(type.getTypeName()), e);
        }
    }

    /** Without its cause: what Jackson says quotes the payload. */
    private static SerializationException misfit(JacksonException e, Type type) {
        String place = place(e);
        if (e instanceof ValueInstantiationException refused) {
            Throwable thrown = refused.getCause();
            return misfit(
                    place,
                    "refused with "
                            + (thrown == null ? "no reason" : thrown.getClass().getSimpleName()),
                    refused.getType().getRawClass());
        }
        if (e instanceof MismatchedInputException mismatch) {
            Class<?> target = mismatch.getTargetType();
            return misfit(place, Found.of(mismatch.getCurrentToken()), target == null ? type : target);
        }
        if (e instanceof InputCoercionException range) {
            return outOfRange(place, range);
        }
        return e.getCause() instanceof InputCoercionException range
                ? outOfRange(place, range)
                : misfit(place, "not readable", type);
    }

    private static SerializationException outOfRange(String place, InputCoercionException e) {
        return misfit(place, Found.of(e.getInputType()) + " out of range", e.getTargetType());
    }

    private static SerializationException misfit(String place, String found, Type wanted) {
        return new SerializationException("%s: %s (expected: %s)".formatted(place, found, wanted.getTypeName()));
    }

    private static String place(JacksonException e) {
        StringBuilder place = new StringBuilder("payload");
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getIndex() >= 0) {
                place.append('[').append(step.getIndex()).append(']');
            } else if (step.getPropertyName() == null || step.from() instanceof Map) {
                // A key of a map is content; a property is named by the receiver's own class.
                place.append("[…]");
            } else {
                place.append('.').append(step.getPropertyName());
            }
        }
        return place.toString();
    }

    /**
     * A payload inside a value, as when a mapper answers with the answers of several agents. Not copied as it stands: it
     * is deeper now than where it was read, and the depth has a limit.
     */
    private final class Nested extends ValueSerializer<Payload> {

        @Override
        public void serialize(Payload payload, JsonGenerator out, SerializationContext context) {
            Bytes encoded = payload.encodedAs(contentType);
            if (encoded == null) {
                context.writeValue(out, payload.value());
                return;
            }
            Bytes whole = document.apply(encoded);
            try (JsonParser in = mapper.createParser(whole.array(), whole.offset(), whole.length())) {
                in.nextToken();
                out.copyCurrentStructure(in);
            }
        }
    }
}
