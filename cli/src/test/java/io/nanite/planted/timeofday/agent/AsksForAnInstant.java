package io.nanite.planted.timeofday.agent;

import java.time.Instant;

/** As an instant. */
final class AsksForAnInstant {

    Instant now() {
        return Instant.now();
    }
}
