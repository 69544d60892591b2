package io.nanite.core.security;

import org.jspecify.annotations.Nullable;

/** Yes, or no and why. */
public sealed interface Decision {

    record Allowed() implements Decision {

        private static final Allowed ALLOWED = new Allowed();
    }

    /**
     * No.
     *
     * @param reason for the one who asked: a sentence without secrets
     * @param rule the name that refusals are counted by; null if it has none
     */
    record Denied(String reason, @Nullable String rule) implements Decision {}

    static Decision allowed() {
        return Allowed.ALLOWED;
    }

    static Decision denied(String reason) {
        return new Denied(reason, null);
    }

    static Decision denied(String reason, String rule) {
        return new Denied(reason, rule);
    }
}
