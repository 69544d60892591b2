package io.nanite.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a process that stays can tell about itself. Asked by any thread; never waits. */
interface Resident {

    /** Adds what is known to the status, under names that do not change. */
    void describe(Map<String, @Nullable Object> status);

    /** What it works at, the longest first. */
    List<Map<String, @Nullable Object>> jobs();
}
