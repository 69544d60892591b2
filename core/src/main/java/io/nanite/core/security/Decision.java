package io.nanite.core.security;

/** Yes, or no and why. */
public sealed interface Decision {

    record Allowed() implements Decision {

        private static final Allowed ALLOWED = new Allowed();
    }

    /** The reason is for the one who asked: a sentence without secrets. */
    record Denied(String reason) implements Decision {}

    static Decision allowed() {
        return Allowed.ALLOWED;
    }

    static Decision denied(String reason) {
        return new Denied(reason);
    }
}
