package io.nanite.agent;

import io.nanite.core.packet.Outcome;

/** How a job ended, kept in case it comes again. */
final class Finished implements CompletedJobs.Entry {

    private volatile Outcome outcome;
    private final long micros;
    private final int bytes;

    /** Written by whoever asks, read and taken back when room is needed; a lost write costs one early forgetting. */
    private volatile boolean asked;

    /** The outcome, how long the actor ran (-1: not at all), and the size of the written answer. */
    Finished(Outcome outcome, long micros, int bytes) {
        this.outcome = outcome;
        this.micros = micros;
        this.bytes = bytes;
    }

    Outcome outcome() {
        return outcome;
    }

    /** Keeps another form of the same outcome. */
    void become(Outcome newOutcome) {
        outcome = newOutcome;
    }

    long micros() {
        return micros;
    }

    int bytes() {
        return bytes;
    }

    void ask() {
        asked = true;
    }

    /** Whether it was asked for since the last time that this was called. */
    boolean takeAsked() {
        boolean was = asked;
        asked = false;
        return was;
    }
}
