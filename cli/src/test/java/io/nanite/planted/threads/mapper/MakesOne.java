package io.nanite.planted.threads.mapper;

/** A thread of its own. */
final class MakesOne {

    Thread start() {
        return new Thread(() -> {}, "mine");
    }
}
