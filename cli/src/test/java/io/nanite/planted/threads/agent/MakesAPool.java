package io.nanite.planted.threads.agent;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Many of them. */
final class MakesAPool {

    ExecutorService pool() {
        return Executors.newCachedThreadPool();
    }
}
