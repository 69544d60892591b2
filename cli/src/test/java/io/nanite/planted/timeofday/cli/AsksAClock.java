package io.nanite.planted.timeofday.cli;

import java.time.Clock;

/** Through a clock. */
final class AsksAClock {

    Clock clock() {
        return Clock.systemUTC();
    }
}
