package io.nanite.core.serializer;

import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.core.util.Named;

/**
 * Reads the envelope and the data of a packet off a parser, in one pass and in any order, and leaves payloads in their
 * bytes. Knows no format: where a value ends is where the next token begins. Safe for use by many threads.
 */
final class PacketReader {

    private static final Key[] KEYS = Key.values();
    private static final int JSON_CLASS = 0;
    private static final int DATA = 1;
    private static final int KIND = 0;
    private static final int MESSAGE = 1;
    private static final int VERDICT = 2;

    private final PropertyNameMatcher envelope;
    private final PropertyNameMatcher data;
    private final PropertyNameMatcher error;

    PacketReader(TokenStreamFactory factory) {
        envelope = matcher(factory, "json_class", "data");
        data = factory.constructNameMatcher(Key.names(), false);
        error = matcher(factory, "kind", "message", "verdict");
    }

    private static PropertyNameMatcher matcher(TokenStreamFactory factory, String... names) {
        List<Named> named = new ArrayList<>();
        for (String name : names) {
            named.add(Named.fromString(name));
        }
        return factory.constructNameMatcher(named, false);
    }

    /** Makes a payload of the value that the parser stands on, or of the bytes that it turns out to have. */
    interface Payloads {

        /** The value at once, if it cannot stay in its bytes; the parser is on its last token then. Null if it can. */
        @Nullable
        Payload now(JsonParser in);

        /** The value in its bytes: those from {@code from} up to the next token. Counted as the parser counts. */
        Payload later(long from, long nextToken);
    }

    /** Reads one packet and nothing else. */
    Packet read(JsonParser in, Payloads payloads) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw new SerializationException("document: %s (expected: an object)".formatted(Found.of(in)));
        }
        String jsonClass = null;
        Fields fields = null;
        while (true) {
            int name = in.nextNameMatch(envelope);
            if (name == PropertyNameMatcher.MATCH_END_OBJECT) {
                break;
            }
            JsonToken value = in.nextToken();
            if (name == JSON_CLASS) {
                if (value != JsonToken.VALUE_STRING || jsonClass != null) {
                    throw unreadable("json_class", in, "one text");
                }
                jsonClass = in.getString();
            } else if (name == DATA) {
                if (value != JsonToken.START_OBJECT || fields != null) {
                    throw unreadable("data", in, "one object");
                }
                fields = data(in, payloads);
            } else {
                in.skipChildren();
            }
        }
        if (in.nextToken() != null) {
            throw new SerializationException("document: more behind its end (expected: one packet)");
        }
        if (jsonClass == null || fields == null) {
            throw new SerializationException("%s: missing (expected: an envelope with json_class and data)"
                    .formatted(jsonClass == null ? "json_class" : "data"));
        }
        return fields.packet(jsonClass);
    }

    private Fields data(JsonParser in, Payloads payloads) {
        Fields fields = new Fields();
        Key open = null;
        long from = 0;
        while (true) {
            int name = in.nextNameMatch(data);
            if (open != null) {
                fields.put(open, payloads.later(from, start(in)));
                open = null;
            }
            if (name == PropertyNameMatcher.MATCH_END_OBJECT) {
                return fields;
            }
            JsonToken value = in.nextToken();
            if (name < 0) {
                in.skipChildren();
                continue;
            }
            Key key = KEYS[name];
            fields.see(key);
            if (value == JsonToken.VALUE_NULL) {
                continue;
            }
            if (key.kind() == Key.Kind.IGNORED) {
                in.skipChildren();
                continue;
            }
            if (key.kind() != Key.Kind.PAYLOAD) {
                fields.put(key, value(in, key.kind()));
                continue;
            }
            Payload payload = payloads.now(in);
            if (payload == null) {
                from = start(in);
                in.skipChildren();
                open = key;
            } else {
                fields.put(key, payload);
            }
        }
    }

    private static long start(JsonParser in) {
        return in.currentTokenLocation().getByteOffset();
    }

    /** The value that the parser stands on; it stands on the last token of that value afterwards. */
    private Object value(JsonParser in, Key.Kind kind) {
        JsonToken token = in.currentToken();
        boolean fits =
                switch (kind) {
                    case TEXT -> token == JsonToken.VALUE_STRING;
                    case TEXTS -> token == JsonToken.START_ARRAY;
                    case NUMBER -> token == JsonToken.VALUE_NUMBER_INT && isLong(in);
                    case FLAG -> token.isBoolean();
                    case BYTES -> token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_EMBEDDED_OBJECT;
                    case ERROR -> token == JsonToken.START_OBJECT;
                    case PAYLOAD, IGNORED -> false;
                };
        if (!fits) {
            Fields.Odd odd = new Fields.Odd(Found.of(in));
            in.skipChildren();
            return odd;
        }
        return switch (kind) {
            case TEXT -> in.getString();
            case TEXTS -> texts(in);
            case NUMBER -> in.getLongValue();
            case FLAG -> token == JsonToken.VALUE_TRUE;
            case BYTES -> token == JsonToken.VALUE_STRING ? in.getString() : in.getBinaryValue();
            case ERROR -> failed(in);
            case PAYLOAD, IGNORED -> throw new IllegalStateException(kind + " (expected: one that is read)");
        };
    }

    private static boolean isLong(JsonParser in) {
        JsonParser.NumberType type = in.getNumberType();
        return type == JsonParser.NumberType.INT || type == JsonParser.NumberType.LONG;
    }

    /** The elements as text, numbers and booleans too; {@link Fields.Odd} for what is none of these, nothing for null. */
    private static List<Object> texts(JsonParser in) {
        List<Object> texts = new ArrayList<>();
        for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
            if (token == null || token.isStructStart() || token == JsonToken.VALUE_EMBEDDED_OBJECT) {
                texts.add(new Fields.Odd(Found.of(in)));
                in.skipChildren();
            } else if (token != JsonToken.VALUE_NULL) {
                texts.add(in.getString());
            }
        }
        return texts;
    }

    private Failed failed(JsonParser in) {
        String kind = null;
        String message = null;
        String verdict = null;
        while (true) {
            int name = in.nextNameMatch(error);
            if (name == PropertyNameMatcher.MATCH_END_OBJECT) {
                return new Failed(verdict, kind, message);
            }
            String text = in.nextToken() == JsonToken.VALUE_STRING ? in.getString() : null;
            switch (name) {
                case KIND -> kind = text;
                case MESSAGE -> message = text;
                case VERDICT -> verdict = text;
                default -> {}
            }
            in.skipChildren();
        }
    }

    private static SerializationException unreadable(String name, JsonParser in, String expected) {
        return new SerializationException("%s: %s (expected: %s)".formatted(name, Found.of(in), expected));
    }
}
