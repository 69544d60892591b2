package io.nanite.planted.threads.rabbitmq;

import java.util.List;

/** Runs on all of them. */
final class IsParallel {

    long count(List<String> names) {
        return names.parallelStream().filter(String::isEmpty).count();
    }
}
