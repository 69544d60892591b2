package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import java.lang.reflect.Type;
import java.util.Collections;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Packets to bytes and back. Implementations are safe for use by many threads. */
public interface Serializer {

    /** The media type of what {@link #write} makes. */
    String contentType();

    /** Whether bytes of this media type can be given to {@link #read}; null where the sender named none. */
    boolean reads(@Nullable String contentType);

    /** Throws {@link SerializationException} if a payload holds what cannot be written. */
    byte[] write(Packet packet, Recipient recipient);

    /**
     * As {@link #write}, but for a packet that may share its message with others for the same recipient: a serializer that
     * can do for all of them at once what it does for one leaves that for then.
     */
    default Draft draft(Packet packet, Recipient recipient) {
        return new Draft(Bytes.of(write(packet, recipient)), contentType(), null);
    }

    /**
     * As {@link #draft}, but for what its writer waits for, and writes anew with {@link #draft} if it gets lost. A serializer may
     * make of it what only the two can read that are alive now. {@code packable} is whether it may share a message.
     */
    default Draft live(Packet packet, Recipient recipient, boolean packable) {
        return packable ? draft(packet, recipient) : new Draft(Bytes.of(write(packet, recipient)), contentType(), null);
    }

    /** As {@link #live}, for the answer to a packet that came with these bytes and this media type. */
    default Draft answer(
            Packet packet, Recipient recipient, boolean packable, Bytes question, @Nullable String contentType) {
        return live(packet, recipient, packable);
    }

    /** Whether bytes of this media type can be read only by whom they are for, as long as that one lives. */
    default boolean isLive(@Nullable String contentType) {
        return false;
    }

    /** Reads what was written here and came back, because it found nobody. Throws as {@link #read(Bytes, String)}. */
    default Packet readBack(Bytes bytes, @Nullable String contentType) {
        return read(bytes, contentType);
    }

    /**
     * Reads, for somebody who looks at it, what lies among the dead letters: it may be over by now, and be work that was asked
     * by somebody else than whoever buried it and vouches for it. Do not act on it as on work that came. Throws as
     * {@link #read(Bytes, String)}.
     */
    default Packet readBuried(Bytes bytes, @Nullable String contentType) {
        return read(bytes, contentType, true);
    }

    /**
     * Reads one packet. Throws {@link SerializationException}, and nothing else, if the bytes are not a packet, go past a
     * limit, or the media type is not one that this reads; {@link
     * SerializationException#ofUnknownSession} says which it would have to remember something for.
     */
    Packet read(Bytes bytes, @Nullable String contentType);

    /**
     * As {@link #read(Bytes, String)}; {@code redelivered} is whether the broker says that it has delivered these bytes
     * before, to anybody. A serializer that takes nothing twice makes an exception then: work and answers that come again are
     * told by their tokens.
     */
    default Packet read(Bytes bytes, @Nullable String contentType, boolean redelivered) {
        return read(bytes, contentType);
    }

    /** The payload's value as the given type; throws {@link SerializationException} if it is none. */
    @Nullable
    Object convert(Payload payload, Type type);

    /** How many packets it has refused to read so far, by reason; empty where it does not tell reasons apart. */
    default SortedMap<String, Long> unread() {
        return Collections.emptySortedMap();
    }

    /** Lets go of what it knows of classes that it has met, so that they can be collected; it learns again what it needs. */
    default void forgetClasses() {}
}
