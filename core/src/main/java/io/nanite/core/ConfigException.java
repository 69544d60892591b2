package io.nanite.core;

import org.jspecify.annotations.Nullable;

/** A setting is missing or wrong. Thrown before anything has started. */
public final class ConfigException extends NaniteException {

    private final String setting;
    private final transient @Nullable Object value;
    private final String expected;

    private ConfigException(String setting, @Nullable Object value, String expected, String details) {
        super("%s: %s (expected: %s)%s".formatted(setting, value, expected, details));
        this.setting = setting;
        this.value = value;
        this.expected = expected;
    }

    /** Names the setting, what it was, and what it should have been. */
    public static ConfigException of(String setting, @Nullable Object value, String expected) {
        return new ConfigException(setting, value, expected, "");
    }

    /** With more lines below the first: what a tool has said, as it said it. */
    public ConfigException withDetails(String details) {
        return new ConfigException(setting, value, expected, "\n" + details.stripTrailing());
    }

    /** What was wrong, as its owner calls it; whoever read it from somewhere knows another name for it. */
    public String setting() {
        return setting;
    }

    /** What it was; null too where this exception was serialized. */
    public @Nullable Object value() {
        return value;
    }

    /** What it should have been. */
    public String expected() {
        return expected;
    }
}
