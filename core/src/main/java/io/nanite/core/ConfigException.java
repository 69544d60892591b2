package io.nanite.core;

import org.jspecify.annotations.Nullable;

/** A setting is missing or wrong. Thrown before anything has started. */
public final class ConfigException extends NaniteException {

    private ConfigException(String message) {
        super(message);
    }

    /** Names the setting, what it was, and what it should have been. */
    public static ConfigException of(String setting, @Nullable Object value, String expected) {
        return new ConfigException("%s: %s (expected: %s)".formatted(setting, value, expected));
    }
}
