package io.nanite.testkit;

import io.nanite.core.loop.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** Time that passes only when a test says so. Safe for use by many threads. */
public final class ManualTime implements TimeSource {

    private final Instant origin;
    private Duration passed = Duration.ZERO;
    private Duration shift = Duration.ZERO;

    /** Starts at noon (UTC) of the first day of 2026. */
    public ManualTime() {
        this(Instant.parse("2026-01-01T12:00:00Z"));
    }

    public ManualTime(Instant origin) {
        this.origin = origin;
    }

    @Override
    public synchronized long nanos() {
        return passed.toNanos();
    }

    @Override
    public synchronized Instant now() {
        return origin.plus(passed).plus(shift);
    }

    /** Lets this much time pass. Throws {@link IllegalArgumentException} for less than none. */
    public synchronized void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time: %s (expected: not back)".formatted(by));
        }
        passed = passed.plus(by);
    }

    /** Sets the clock on the wall by this much, as an operator may, back as well; {@link #nanos} does not notice. */
    public synchronized void jump(Duration by) {
        shift = shift.plus(by);
    }
}
