package io.nanite.admin;

import io.nanite.core.Bytes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message in a queue.
 *
 * @param id its message-id, if it has one
 * @param at when it was sent, if it says so
 */
public record StoredMessage(
        Bytes body,
        @Nullable String contentType,
        Map<String, String> headers,
        @Nullable String id,
        @Nullable Instant at) {

    private static final String PARKED_AT = "x-at";

    public StoredMessage {
        headers = Map.copyOf(headers);
    }

    /** When it was sent, or else when it was parked; null if it says neither. */
    public @Nullable Instant since() {
        if (at != null) {
            return at;
        }
        try {
            String parked = headers.get(PARKED_AT);
            return parked == null ? null : Instant.parse(parked);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
