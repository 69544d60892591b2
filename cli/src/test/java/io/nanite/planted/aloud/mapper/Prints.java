package io.nanite.planted.aloud.mapper;

/** On somebody else's terminal. */
final class Prints {

    void print() {
        System.out.println("here");
    }
}
