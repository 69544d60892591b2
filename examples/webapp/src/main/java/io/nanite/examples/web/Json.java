package io.nanite.examples.web;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What goes over HTTP, to and from plain data. */
final class Json {

    /** As deep as the fabric goes. */
    private static final int DEEPEST = 64;

    /** Its buffers are shared: a container's threads must keep nothing of the application when it goes. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /** A document as plain data, null for an empty one; throws {@link IllegalArgumentException} if it is none. */
    static @Nullable Object read(byte[] document) {
        if (document.length == 0) {
            return null;
        }
        try {
            return MAPPER.readValue(document, Object.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "body: not JSON, at line %d, column %d (expected: one JSON value)"
                            .formatted(
                                    e.getLocation() == null
                                            ? 1
                                            : e.getLocation().getLineNr(),
                                    e.getLocation() == null
                                            ? 1
                                            : e.getLocation().getColumnNr()),
                    e);
        }
    }
}
