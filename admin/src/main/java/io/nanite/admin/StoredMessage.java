package io.nanite.admin;

import io.nanite.core.Bytes;
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

    public StoredMessage {
        headers = Map.copyOf(headers);
    }
}
