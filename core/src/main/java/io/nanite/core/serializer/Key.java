package io.nanite.core.serializer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.util.Named;

/** The keys of a packet's data, each with the kind of value that it has in every packet that knows it. */
enum Key {
    TYPE(Kind.TEXT),
    PAYLOAD(Kind.PAYLOAD),
    SIZE(Kind.IGNORED),
    FROM(Kind.TEXT),
    TOKEN(Kind.TEXT),
    REPLY_TO(Kind.TEXT),
    SELECTOR(Kind.TEXT),
    TARGET(Kind.TEXT),
    PERSISTENT(Kind.FLAG),
    TAGS(Kind.TEXTS),
    DEADLINE(Kind.NUMBER),
    ATTEMPT(Kind.NUMBER),
    HOP(Kind.NUMBER),
    TRACEPARENT(Kind.TEXT),
    PATH(Kind.TEXTS),
    PACKS(Kind.FLAG),
    TO(Kind.TEXT),
    RESULTS(Kind.PAYLOAD),
    ERROR(Kind.ERROR),
    ERRORS(Kind.PAYLOAD),
    MICROS(Kind.NUMBER),
    MESSAGEKEY(Kind.TEXT),
    MESSAGE(Kind.PAYLOAD),
    SEQUENCE(Kind.NUMBER),
    STATUS(Kind.PAYLOAD),
    IDENTITY(Kind.TEXT),
    SERVICES(Kind.TEXTS),
    SLOTS(Kind.NUMBER),
    BUSY(Kind.NUMBER),
    BOOT(Kind.TEXT),
    EPOCH(Kind.NUMBER),
    VERSION(Kind.TEXT),
    FILENAME(Kind.TEXT),
    DEST(Kind.TEXT),
    CHUNK(Kind.BYTES),
    ENCODING(Kind.TEXT),
    META(Kind.PAYLOAD),
    ACTION(Kind.TEXT),
    ARGUMENT(Kind.TEXT);

    /** What a value must be. */
    enum Kind {
        TEXT,
        /** An array of texts; null in it is left out. */
        TEXTS,
        NUMBER,
        FLAG,
        /** Any value at all. */
        PAYLOAD,
        /** Text, or bytes where the format has them. */
        BYTES,
        /** An object with the keys of {@link Failed}. */
        ERROR,
        IGNORED
    }

    private final String written = name().toLowerCase(Locale.ROOT);

    @SuppressWarnings("ImmutableEnumChecker") // it fills its own cache, and says the same for ever
    private final SerializedString encoded = new SerializedString(written);

    private final Kind kind;

    Key(Kind kind) {
        this.kind = kind;
    }

    /** As it stands in a document. */
    String written() {
        return written;
    }

    /** As it stands in a document, encoded once. */
    SerializedString encoded() {
        return encoded;
    }

    Kind kind() {
        return kind;
    }

    static List<Named> names() {
        return Arrays.stream(values()).map(key -> Named.fromString(key.written)).toList();
    }
}
