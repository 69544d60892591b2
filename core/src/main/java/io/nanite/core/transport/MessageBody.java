package io.nanite.core.transport;

import io.nanite.core.Bytes;
import io.nanite.core.serializer.Wrapper;
import io.nanite.core.serializer.Wrapper.Wrapped;
import java.util.List;
import java.util.Objects;

/**
 * What parcels are in a message: one alone as it is, several as a pack. For transports.
 *
 * @param contentType the media type of the message
 * @param body its bytes
 */
public record MessageBody(String contentType, Bytes body) {

    /** Whether these two may share a message, as far as their bytes go. */
    public static boolean share(Parcel one, Parcel other) {
        return one.packable()
                && other.packable()
                && one.contentType().equals(other.contentType())
                && Objects.equals(one.wrapper(), other.wrapper());
    }

    /**
     * The message for these parcels, which {@linkplain #share share} one. Throws {@link
     * io.nanite.core.serializer.SerializationException} if a wrapper does.
     */
    public static MessageBody of(List<Parcel> parcels) {
        Parcel first = parcels.get(0);
        Wrapper wrapper = first.wrapper();
        List<Bytes> bodies = parcels.size() == 1
                ? List.of(first.body())
                : parcels.stream().map(Parcel::body).toList();
        return of(wrapper == null ? new Wrapped(first.contentType(), Bytes.of(""), bodies) : wrapper.wrap(bodies));
    }

    private static MessageBody of(Wrapped wrapped) {
        boolean together = wrapped.head().length() > 0;
        if (!together && wrapped.rests().size() == 1) {
            return new MessageBody(wrapped.contentType(), wrapped.rests().get(0));
        }
        return new MessageBody(
                Pack.CONTENT_TYPE,
                Bytes.of(
                        together
                                ? Pack.write(wrapped.contentType(), wrapped.head(), wrapped.rests())
                                : Pack.write(wrapped.contentType(), wrapped.rests())));
    }
}
