package io.nanite.secure;

import io.nanite.core.ConfigException;
import java.time.Duration;

/**
 * How long the keys of sessions are used and kept.
 *
 * @param rekeyAfter how long a mapper asks in one session; 1 s to 1 day
 * @param rekeyCount how many packets it asks in one; 1 to 1,000,000,000
 * @param keep how long both sides can read what is in a session, from its beginning; longer than {@code rekeyAfter}, at most 7
 *     days. What was recorded can be read with what is in the memory of a process for as long.
 * @param most how many sessions a process holds, the eldest goes; 1 to 1,000,000. One takes up to 20 KiB.
 */
public record SessionLimits(Duration rekeyAfter, long rekeyCount, Duration keep, int most) {

    private static final Duration LONGEST = Duration.ofDays(7);

    /** Ten minutes or a million packets, kept for an hour, ten thousand of them. */
    public static final SessionLimits DEFAULT =
            new SessionLimits(Duration.ofMinutes(10), 1_000_000, Duration.ofHours(1), 10_000);

    /** Throws {@link ConfigException} if a value is out of its range. */
    public SessionLimits {
        if (rekeyAfter.compareTo(Duration.ofSeconds(1)) < 0 || rekeyAfter.compareTo(Duration.ofDays(1)) > 0) {
            throw ConfigException.of("rekey after", rekeyAfter, "1 s to 1 day");
        }
        if (rekeyCount < 1 || rekeyCount > 1_000_000_000) {
            throw ConfigException.of("rekey count", rekeyCount, "1 to 1000000000");
        }
        if (keep.compareTo(rekeyAfter) <= 0 || keep.compareTo(LONGEST) > 0) {
            throw ConfigException.of("keep", keep, "longer than %s, at most %s".formatted(rekeyAfter, LONGEST));
        }
        if (most < 1 || most > 1_000_000) {
            throw ConfigException.of("most", most, "1 to 1000000");
        }
    }
}
