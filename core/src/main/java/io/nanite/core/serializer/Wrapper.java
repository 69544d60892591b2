package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import java.util.List;

/**
 * The last step of writing, which costs the same for one packet and for several: it is taken when it is known which of them
 * travel together. Equal wrappers finish each other's drafts. Safe for use by many threads.
 */
@FunctionalInterface
public interface Wrapper {

    /** Finishes drafts that leave in one message, in their order. Throws {@link SerializationException} if it cannot. */
    Wrapped wrap(List<Bytes> drafts);

    /**
     * What travels: each packet is the head and its rest, and can be read without the others.
     *
     * @param contentType of each packet
     * @param head what all packets begin with; empty if that is nothing
     * @param rests one for each draft; never empty
     */
    record Wrapped(String contentType, Bytes head, List<Bytes> rests) {

        public Wrapped {
            rests = List.copyOf(rests);
        }
    }
}
