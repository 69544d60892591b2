package io.nanite.core.transport;

import io.nanite.core.Bytes;
import io.nanite.core.serializer.Wrapper;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One written packet on its way.
 *
 * @param to where it goes
 * @param body its bytes; nobody writes into them any more
 * @param contentType their media type
 * @param id what names it on the wire and in the log: its token, where it has one
 * @param persistent whether it must outlive a restart of the broker
 * @param packable whether it may share a message with others for the same address
 * @param headers texts for operators and dead letters; a parcel with headers always travels alone
 * @param wrapper what must be done with the bytes before they travel; null if that is nothing
 */
public record Parcel(
        Address to,
        Bytes body,
        String contentType,
        @Nullable String id,
        boolean persistent,
        boolean packable,
        Map<String, String> headers,
        @Nullable Wrapper wrapper) {

    /** Throws {@link IllegalArgumentException} for an empty body: no reader could tell it from nothing. */
    public Parcel {
        if (body.length() == 0) {
            throw new IllegalArgumentException("body for %s: empty (expected: a packet)".formatted(to));
        }
        headers = Map.copyOf(headers);
        packable = packable && headers.isEmpty();
    }

    /** Bytes that travel as they are. */
    public Parcel(
            Address to,
            Bytes body,
            String contentType,
            @Nullable String id,
            boolean persistent,
            boolean packable,
            Map<String, String> headers) {
        this(to, body, contentType, id, persistent, packable, headers, null);
    }
}
