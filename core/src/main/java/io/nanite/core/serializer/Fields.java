package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.FileChunk;
import io.nanite.core.packet.FileEnd;
import io.nanite.core.packet.FileStart;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Results;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Vitals;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The data of one packet while it is read: every key that some packet knows, in whatever order they came, since the name
 * of the packet may come last. A value of the wrong kind is kept as {@link Odd}, and is an error only in a packet that
 * asks for it. Used by one thread.
 */
final class Fields {

    /** A value that is not what its key wants. */
    record Odd(String found) {}

    private static final String DEFAULT_SELECTOR = "least_loaded";
    private static final int LONGEST_SELECTOR = 64;

    /** What we keep of a text that only describes: a boot, a version, a trace, a tag. */
    private static final int LONGEST_TEXT = 255;

    private final EnumMap<Key, Object> values = new EnumMap<>(Key.class);
    private final EnumSet<Key> seen = EnumSet.noneOf(Key.class);

    /** Notes that a key came; throws {@link SerializationException} if it came before: two readers could disagree. */
    void see(Key key) {
        if (!seen.add(key)) {
            throw new SerializationException("%s: twice in one packet (expected: once)".formatted(key.written()));
        }
    }

    void put(Key key, Object value) {
        values.put(key, value);
    }

    /** The packet of that name; throws {@link SerializationException} if the fields do not make one. */
    Packet packet(String jsonClass) {
        return switch (jsonClass) {
            case "Nanite::Request" ->
                new Request(
                        service(),
                        payload(Key.PAYLOAD),
                        identity(Key.FROM),
                        token(),
                        identityOrNull(Key.REPLY_TO),
                        selector(),
                        identityOrNull(Key.TARGET),
                        flag(Key.PERSISTENT),
                        tags(),
                        flag(Key.PACKS),
                        metadata());
            case "Nanite::Push" ->
                new Push(
                        service(),
                        payload(Key.PAYLOAD),
                        identity(Key.FROM),
                        token(),
                        selector(),
                        identityOrNull(Key.TARGET),
                        flag(Key.PERSISTENT),
                        tags(),
                        metadata());
            case "Nanite::Result" -> result();
            case "Nanite::IntermediateMessage" ->
                new IntermediateMessage(
                        token(),
                        identity(Key.TO),
                        identity(Key.FROM),
                        text(Key.MESSAGEKEY, IntermediateMessage.DEFAULT_KEY),
                        payload(Key.MESSAGE),
                        number(Key.SEQUENCE, 0, Long.MAX_VALUE, 0));
            case "Nanite::Ping" -> new Ping(identity(Key.IDENTITY), status(), vitals());
            case "Nanite::Register" -> new Register(identity(Key.IDENTITY), services(), tags(), status(), vitals());
            case "Nanite::UnRegister" -> new UnRegister(identity(Key.IDENTITY));
            case "Nanite::Advertise" -> new Advertise(identityOrNull(Key.TARGET));
            case "Nanite::Cancel" -> new Cancel(token(), identity(Key.FROM));
            case "Nanite::Instruct" ->
                new Instruct(token(), identity(Key.FROM), needed(Key.ACTION), textOrNull(Key.ARGUMENT));
            case "Nanite::FileStart" -> new FileStart(needed(Key.FILENAME), needed(Key.DEST), token());
            case "Nanite::FileChunk" -> new FileChunk(chunk(), token());
            case "Nanite::FileEnd" -> new FileEnd(token(), payload(Key.META));
            default ->
                throw new SerializationException("json_class: %s (expected: Nanite:: and the name of a packet)"
                        .formatted(Printable.of(jsonClass)));
        };
    }

    private Service service() {
        return Service.parse(needed(Key.TYPE));
    }

    private Token token() {
        return new Token(needed(Key.TOKEN));
    }

    private Identity identity(Key key) {
        String text = needed(key);
        if (!Identity.isIdentity(text)) {
            throw odd(key, Printable.of(text), "nanite-NAME or mapper-NAME, NAME 1-64 of A-Z a-z 0-9 _ -");
        }
        return new Identity(text);
    }

    private @Nullable Identity identityOrNull(Key key) {
        return values.get(key) == null ? null : identity(key);
    }

    private String selector() {
        String selector = text(Key.SELECTOR, DEFAULT_SELECTOR);
        boolean good = !selector.isEmpty() && selector.length() <= LONGEST_SELECTOR;
        for (int i = 0; good && i < selector.length(); i++) {
            char c = selector.charAt(i);
            good = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '_'
                    || c == '.'
                    || c == '-';
        }
        if (!good) {
            throw odd(Key.SELECTOR, Printable.of(selector), "1-64 of A-Z a-z 0-9 _ . -");
        }
        return selector;
    }

    private Metadata metadata() {
        return new Metadata(
                number(Key.DEADLINE, 0, Long.MAX_VALUE, 0),
                (int) number(Key.ATTEMPT, 1, Integer.MAX_VALUE, 1),
                (int) number(Key.HOP, 0, Integer.MAX_VALUE, 0),
                shortText(Key.TRACEPARENT),
                path());
    }

    /** Those that follow our grammar, and no more of them than may be: it is there to be shown. */
    private List<Service> path() {
        return values.get(Key.PATH) instanceof List<?> texts
                ? texts.stream()
                        .filter(text -> text instanceof String path && Service.isService(path))
                        .limit(Metadata.MOST_HOPS)
                        .map(text -> Service.parse((String) text))
                        .toList()
                : List.of();
    }

    /** Of one agent; or of several, where a mapper speaks and has something to say. */
    private Packet result() {
        Identity from = identity(Key.FROM);
        Map<Identity, Outcome> outcomes = from.isMapper() && values.get(Key.ERROR) == null ? outcomes() : Map.of();
        return outcomes.isEmpty()
                ? new Result(token(), identity(Key.TO), from, outcome(), number(Key.MICROS, 0, Long.MAX_VALUE, -1))
                : new Results(token(), identity(Key.TO), from, outcomes);
    }

    /** By agent; empty if that is not what is there. */
    private Map<Identity, Outcome> outcomes() {
        if (!(payload(Key.RESULTS).value() instanceof Map<?, ?> results)) {
            return Map.of();
        }
        Map<?, ?> errors = payload(Key.ERRORS).value() instanceof Map<?, ?> given ? given : Map.of();
        Map<Identity, Outcome> outcomes = new LinkedHashMap<>();
        results.forEach((agent, value) -> {
            if (agent instanceof String name && Identity.isIdentity(name)) {
                outcomes.put(
                        new Identity(name),
                        errors.get(agent) instanceof Map<?, ?> error ? failure(error) : Outcome.success(value));
            }
        });
        return outcomes;
    }

    private static Outcome.Failure failure(Map<?, ?> error) {
        return new Failed(textOf(error, "verdict"), textOf(error, "kind"), textOf(error, "message")).failure();
    }

    private static @Nullable String textOf(Map<?, ?> error, String key) {
        return error.get(key) instanceof String text ? text : null;
    }

    private Vitals vitals() {
        return new Vitals(
                (int) number(Key.SLOTS, 0, Integer.MAX_VALUE, 0),
                (int) number(Key.BUSY, 0, Integer.MAX_VALUE, 0),
                shortText(Key.BOOT),
                (int) number(Key.EPOCH, 0, Integer.MAX_VALUE, 0),
                shortText(Key.VERSION),
                flag(Key.PACKS));
    }

    private Outcome outcome() {
        Object error = values.get(Key.ERROR);
        if (error == null) {
            return new Outcome.Success(payload(Key.RESULTS));
        }
        if (error instanceof Failed failed) {
            return failed.failure();
        }
        throw odd(Key.ERROR, found(error), "an object with kind and message");
    }

    private Status status() {
        return Status.read(payload(Key.STATUS).value());
    }

    /** Those that follow our grammar: one odd name must not hide an agent. The array itself must be there. */
    private Set<Service> services() {
        Set<Service> services = new LinkedHashSet<>();
        Object given = values.get(Key.SERVICES);
        if (!(given instanceof List<?> texts)) {
            throw odd(Key.SERVICES, found(given), "an array of paths");
        }
        for (Object text : texts) {
            if (text instanceof String path && Service.isService(path)) {
                services.add(Service.parse(path));
            }
        }
        return services;
    }

    /** Unlike an odd service, an odd tag cannot be left out: work would go to an agent that does not carry it. */
    private Set<String> tags() {
        Object given = values.get(Key.TAGS);
        if (given == null) {
            return Set.of();
        }
        if (!(given instanceof List<?> texts)) {
            throw odd(Key.TAGS, found(given), "an array of texts");
        }
        Set<String> tags = new LinkedHashSet<>();
        for (Object text : texts) {
            if (!(text instanceof String tag) || tag.length() > LONGEST_TEXT) {
                throw odd(Key.TAGS, "one that is no text, or a long one", "texts of at most 255 characters");
            }
            tags.add(tag);
        }
        return tags;
    }

    private Bytes chunk() {
        Object given = values.get(Key.CHUNK);
        if (given instanceof byte[] bytes) {
            return Bytes.of(bytes);
        }
        String text = needed(Key.CHUNK);
        String encoding = text(Key.ENCODING, "");
        return switch (encoding) {
            case "" -> Bytes.of(text);
            case "base64" -> base64(text);
            default -> throw odd(Key.ENCODING, Printable.of(encoding), "base64, or none");
        };
    }

    private static Bytes base64(String text) {
        try {
            return Bytes.of(Base64.getDecoder().decode(text.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (IllegalArgumentException e) {
            throw new SerializationException("chunk: not base64 (expected: what its encoding says)", e);
        }
    }

    private Payload payload(Key key) {
        return values.get(key) instanceof Payload payload ? payload : Payload.nothing();
    }

    private String needed(Key key) {
        String text = textOrNull(key);
        if (text == null) {
            throw odd(key, "missing", "text");
        }
        return text;
    }

    private String text(Key key, String otherwise) {
        String text = textOrNull(key);
        return text == null ? otherwise : text;
    }

    private @Nullable String shortText(Key key) {
        String text = textOrNull(key);
        if (text != null && text.length() > LONGEST_TEXT) {
            throw odd(key, text.length() + " characters", "at most " + LONGEST_TEXT);
        }
        return text;
    }

    private @Nullable String textOrNull(Key key) {
        Object value = values.get(key);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw odd(key, found(value), "text");
    }

    private boolean flag(Key key) {
        Object value = values.get(key);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw odd(key, found(value), "true or false");
    }

    private long number(Key key, long least, long most, long otherwise) {
        Object value = values.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Long number && number >= least && number <= most) {
            return number;
        }
        throw odd(key, found(value), "a whole number from %d to %d".formatted(least, most));
    }

    private static String found(@Nullable Object value) {
        return value == null ? "missing" : value instanceof Odd odd ? odd.found() : Printable.of(value.toString());
    }

    private static SerializationException odd(Key key, String found, String expected) {
        return new SerializationException("%s: %s (expected: %s)".formatted(key.written(), found, expected));
    }
}
