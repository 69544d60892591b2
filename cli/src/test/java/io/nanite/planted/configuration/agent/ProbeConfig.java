package io.nanite.planted.configuration.agent;

/** Settings that nobody checked. */
final class ProbeConfig {

    private int count;

    int count() {
        return count;
    }

    void change(int newCount) {
        count = newCount;
    }
}
