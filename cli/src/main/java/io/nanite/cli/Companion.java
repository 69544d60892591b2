package io.nanite.cli;

import java.util.concurrent.CompletableFuture;

/** The process that this one was started by, and shall not outlive. */
final class Companion {

    private Companion() {}

    /** Runs the task when that process has ended, at once if it has already; never for 0. */
    static void endsWith(int pid, Runnable task) {
        if (pid == 0) {
            return;
        }
        CompletableFuture<?> end = ProcessHandle.of(pid)
                .<CompletableFuture<?>>map(ProcessHandle::onExit)
                .orElseGet(() -> CompletableFuture.completedFuture(null));
        var unused = end.thenRun(task);
    }
}
