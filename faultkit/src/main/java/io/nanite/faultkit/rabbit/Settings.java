package io.nanite.faultkit.rabbit;

import org.jspecify.annotations.Nullable;

/** What somebody has set for the tests, by name. */
@FunctionalInterface
public interface Settings {

    @Nullable
    String value(String name);
}
