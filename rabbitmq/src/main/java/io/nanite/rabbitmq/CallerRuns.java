package io.nanite.rabbitmq;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs the client's callbacks on the thread that read them off the socket: a hand-over for each delivery costs more than
 * reading it, and nothing that runs here blocks.
 */
final class CallerRuns extends AbstractExecutorService {

    @Override
    public void execute(Runnable callback) {
        callback.run();
    }

    @Override
    public void shutdown() {
        // Owns no thread; the client shuts down only executors of its own.
    }

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
