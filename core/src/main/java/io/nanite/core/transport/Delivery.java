package io.nanite.core.transport;

import io.nanite.core.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message that arrived, with one or more packets in it. The message is settled when each part is; until then the
 * broker keeps it, and gives it to somebody else if this process dies.
 */
public interface Delivery {

    /** The packets, in the order in which they were sent. Never empty. */
    List<Part> parts();

    /** Whether the broker has delivered this message before, to anybody. */
    boolean redelivered();

    /** One packet of a message. Safe for use by any thread. */
    interface Part {

        Bytes body();

        /** The media type its sender named, or null. */
        @Nullable
        String contentType();

        /** The text of a header of its message, or null. */
        @Nullable
        String header(String name);

        /**
         * What its sender named its message, its token as a rule; null for none, and for one of several packets. Anybody may have
         * written it.
         */
        default @Nullable String id() {
            return null;
        }

        /** Sends an answer on the channel that this part came by, in order with its settling. */
        void reply(Parcel answer);

        /** Sends an answer and settles behind it: the broker cannot see the one without the other. */
        default void settle(Parcel answer) {
            reply(answer);
            settle();
        }

        /** Done with. Of several settlings of one part the first counts. */
        void settle();

        /** To be delivered again, perhaps to somebody else; with it the other parts of its message. */
        void requeue();
    }
}
