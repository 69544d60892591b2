package io.nanite.admin;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Request;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads stored messages as far as the mapper may: what is sealed for others stays closed. Any thread. */
final class Letters {

    private static final int MOST_TEXT = 16 * 1024;
    private static final int ID_BYTES = 8;

    /** What is sealed says so, as do its pieces and what is said in a session: theirs begin alike. */
    private static final String SEALED = "application/vnd.nanite.secure";

    private final Serializer serializer;

    Letters(Serializer serializer) {
        this.serializer = serializer;
    }

    /**
     * One of them.
     *
     * @param id of what it holds, and which of those that hold the same
     * @param work what it asks for; null if it is none, or cannot be read
     */
    record Letter(
            String id,
            StoredMessage message,
            String kind,
            boolean encrypted,
            @Nullable Deliverable work) {

        String reason() {
            return message.headers().getOrDefault("x-reason", "no reason given");
        }

        String source() {
            return message.headers().getOrDefault("x-source", "unknown");
        }

        /** The token of what it asks for, or of what it was. */
        @Nullable
        String token() {
            return work != null ? work.token().value() : message.id();
        }

        @Nullable
        Instant at() {
            return message.since();
        }

        /** One for all that have the same reason, but for numbers and names of things, and come from the same queue. */
        String fingerprint() {
            return hash((same(reason()) + "\n" + source()).getBytes(StandardCharsets.UTF_8))
                    .substring(0, ID_BYTES);
        }

        private static String same(String reason) {
            return reason.replaceAll("[0-9a-f]{16,}", "#").replaceAll("[0-9]+", "#");
        }
    }

    /** With ids that differ. */
    List<Letter> read(List<StoredMessage> messages) {
        Map<String, Integer> seen = new HashMap<>();
        List<Letter> letters = new ArrayList<>();
        for (StoredMessage message : messages) {
            String content = content(message);
            int times = seen.merge(content, 1, Integer::sum);
            letters.add(letter(times == 1 ? content : content + "-" + times, message));
        }
        return letters;
    }

    private Letter letter(String id, StoredMessage message) {
        try {
            Packet packet = serializer.readBuried(message.body(), message.contentType());
            String kind = packet instanceof Request
                    ? "request"
                    : packet instanceof Push
                            ? "push"
                            : packet.getClass().getSimpleName().toLowerCase(Locale.ROOT);
            return new Letter(id, message, kind, false, packet instanceof Deliverable work ? work : null);
        } catch (SerializationException e) {
            boolean sealed =
                    message.contentType() != null && message.contentType().startsWith(SEALED);
            return new Letter(id, message, sealed ? "encrypted" : "unreadable", sealed, null);
        }
    }

    /** Of what a message holds, whenever it is looked at. */
    static String content(StoredMessage message) {
        byte[] headers = new TreeMap<>(message.headers()).toString().getBytes(StandardCharsets.UTF_8);
        byte[] body = message.body().toArray();
        byte[] both = new byte[headers.length + body.length];
        System.arraycopy(headers, 0, both, 0, headers.length);
        System.arraycopy(body, 0, both, headers.length, body.length);
        return hash(both).substring(0, 2 * ID_BYTES);
    }

    /** The part of an id that says what a letter holds. */
    static String contentOf(String id) {
        int dash = id.indexOf('-');
        return dash < 0 ? id : id.substring(0, dash);
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: not in this Java", e);
        }
    }

    /** What can be shown of a body: text if it is some, its bytes if not. */
    static String text(Bytes body) {
        Bytes shown = body.length() > MOST_TEXT ? body.slice(0, MOST_TEXT) : body;
        String text = shown.utf8();
        boolean readable =
                text.chars().noneMatch(c -> c == '\uFFFD' || (c < ' ' && c != '\n' && c != '\t' && c != '\r'));
        if (readable) {
            return text;
        }
        Bytes few = body.length() > MOST_TEXT / 4 ? body.slice(0, MOST_TEXT / 4) : body;
        return Printable.of(HexFormat.ofDelimiter(" ").formatHex(few.toArray()));
    }
}
