package io.nanite.planted.surroundings.agent;

/** A library with surroundings. */
final class ReadsTheEnvironment {

    String home() {
        return System.getenv("HOME");
    }
}
