package io.nanite.mapper;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a request or push ended.
 *
 * @param outcomes of a request that somebody was asked for; null for any other call
 * @param error why nobody was asked, or why nobody has the push; null where all went well so far
 * @param took the time since the call was made
 */
public record CallEnd(@Nullable Outcomes outcomes, @Nullable Throwable error, Duration took) {

    /** Whether every agent that was asked returned a value; for a push, whether every agent that was chosen has it. */
    public boolean ok() {
        return error == null && (outcomes == null || outcomes.ok());
    }
}
