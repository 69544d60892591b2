package io.nanite.planted.threads.core;

import java.util.concurrent.CompletableFuture;

/** Runs on whatever thread the JDK has. */
final class Borrows {

    CompletableFuture<Void> run(Runnable task) {
        return CompletableFuture.runAsync(task);
    }
}
