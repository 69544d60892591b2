package io.nanite.planted.surroundings.mapper;

/** The same, by another way. */
final class ReadsAProperty {

    String home() {
        return System.getProperty("user.home");
    }
}
