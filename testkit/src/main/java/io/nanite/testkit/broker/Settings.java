package io.nanite.testkit.broker;

import org.jspecify.annotations.Nullable;

/** What somebody has set for the tests, by name. */
@FunctionalInterface
interface Settings {

    @Nullable
    String value(String name);
}
