package io.nanite.core;

/** A password or key that no log, error or settings listing shows. */
public record Secret(String value) {

    @Override
    public String toString() {
        return "***";
    }
}
