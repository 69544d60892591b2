package io.nanite.planted.nanotime.mapper;

/** With a time that no test moves. */
final class Measures {

    long now() {
        return System.nanoTime();
    }
}
