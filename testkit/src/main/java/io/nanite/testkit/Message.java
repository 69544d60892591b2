package io.nanite.testkit;

import io.nanite.core.Bytes;
import io.nanite.core.transport.MessageBody;
import io.nanite.core.transport.Pack;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.Unreadable;
import java.util.List;
import java.util.Map;

/**
 * What a broker holds: bytes, and what stands on them.
 *
 * @param redelivered whether it was given to somebody before
 */
record Message(Bytes body, String contentType, Map<String, String> headers, boolean persistent, boolean redelivered) {

    /** One parcel alone, or several that share a message. */
    static Message of(List<Parcel> parcels) {
        Parcel first = parcels.get(0);
        MessageBody body = MessageBody.of(parcels);
        return new Message(body.body(), body.contentType(), first.headers(), first.persistent(), false);
    }

    Message again() {
        return new Message(body, contentType, headers, persistent, true);
    }

    /** The packets in it. A pack that is none stays whole, so that whoever reads it finds its media type unreadable. */
    Pack.Contents contents() {
        if (contentType.equals(Pack.CONTENT_TYPE)) {
            try {
                return Pack.read(body.toArray());
            } catch (Unreadable e) {
                return new Pack.Contents(contentType, List.of(body));
            }
        }
        return new Pack.Contents(contentType, List.of(body));
    }
}
