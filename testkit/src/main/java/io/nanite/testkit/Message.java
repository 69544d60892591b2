package io.nanite.testkit;

import io.nanite.core.Bytes;
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

    /** One parcel alone. */
    static Message of(Parcel parcel) {
        return new Message(parcel.body(), parcel.contentType(), parcel.headers(), parcel.persistent(), false);
    }

    /** Several that share a media type, or one. */
    static Message of(List<Parcel> parcels) {
        Parcel first = parcels.get(0);
        if (parcels.size() == 1) {
            return of(first);
        }
        byte[] pack = Pack.write(
                first.contentType(), parcels.stream().map(Parcel::body).toList());
        return new Message(Bytes.of(pack), Pack.CONTENT_TYPE, Map.of(), first.persistent(), false);
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
