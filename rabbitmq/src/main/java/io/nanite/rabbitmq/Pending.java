package io.nanite.rabbitmq;

import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import java.util.concurrent.CompletableFuture;

/** A parcel that waits for the broker's word, through as many tries as it takes. */
final class Pending {

    final Parcel parcel;
    final CompletableFuture<PublishReceipt> receipt = new CompletableFuture<>();
    final long since;

    /** Touched by one thread at a time. */
    private int refusals;

    private volatile boolean emitted;

    Pending(Parcel parcel, long since) {
        this.parcel = parcel;
        this.since = since;
    }

    /** It has left this process, or part of it has. */
    void emitted() {
        emitted = true;
    }

    boolean isEmitted() {
        return emitted;
    }

    /** The broker refused it; returns how often it had done so before. */
    int refused() {
        return refusals++;
    }
}
