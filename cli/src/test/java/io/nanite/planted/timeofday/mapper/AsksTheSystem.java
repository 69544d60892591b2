package io.nanite.planted.timeofday.mapper;

/** In milliseconds. */
final class AsksTheSystem {

    long now() {
        return System.currentTimeMillis();
    }
}
