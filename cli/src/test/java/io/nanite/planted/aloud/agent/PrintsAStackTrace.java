package io.nanite.planted.aloud.agent;

/** On somebody else's terminal. */
final class PrintsAStackTrace {

    void print(Exception e) {
        e.printStackTrace();
    }
}
