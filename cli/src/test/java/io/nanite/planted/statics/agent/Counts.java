package io.nanite.planted.statics.agent;

/** Shared by all agents of a process. */
final class Counts {

    private static int count;

    private Counts() {}

    static int next() {
        return count++;
    }
}
