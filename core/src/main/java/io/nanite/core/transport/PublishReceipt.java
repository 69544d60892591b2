package io.nanite.core.transport;

import io.nanite.core.NaniteException;

/** What became of a parcel that was published with {@link Transport#publish}. */
public sealed interface PublishReceipt {

    /** The broker has it, in every queue that it goes to. */
    record Confirmed() implements PublishReceipt {}

    /** No queue takes it: the one it was for does not exist. */
    record Returned(String reason) implements PublishReceipt {}

    /** The transport gave up. */
    sealed interface Failed extends PublishReceipt {

        NaniteException cause();
    }

    /** Nobody knows: the broker did not say before the transport gave up. It may arrive all the same. */
    record Unknown(NaniteException cause) implements Failed {}

    /** Nobody has it, and nobody will: it never left this process. */
    record Unsent(NaniteException cause) implements Failed {}
}
