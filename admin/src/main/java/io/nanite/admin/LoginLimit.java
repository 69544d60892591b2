package io.nanite.admin;

import io.nanite.core.loop.TimeSource;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows down who guesses passwords: after five failures in a row for a user, or from an address, each next try has to wait, twice
 * as long every time, at most five minutes. Guarded by itself.
 */
final class LoginLimit {

    private static final int FREE = 5;
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration MEMORY = Duration.ofHours(1);
    private static final int MOST = 10_000;

    private final TimeSource time;

    private final Map<String, Guesses> guesses = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Guesses> eldest) {
            return size() > MOST;
        }
    };

    private record Guesses(int failures, long last, long mayAgain) {}

    LoginLimit(TimeSource time) {
        this.time = time;
    }

    /** How long somebody has to wait before he may try. */
    synchronized Duration pause(String who) {
        Guesses known = guesses.get(who);
        long now = time.nanos();
        if (known == null || now - known.last() > MEMORY.toNanos()) {
            return Duration.ZERO;
        }
        return Duration.ofNanos(Math.max(0, known.mayAgain() - now));
    }

    synchronized void failed(String who) {
        Guesses known = guesses.get(who);
        long now = time.nanos();
        int failures = known == null || now - known.last() > MEMORY.toNanos() ? 1 : known.failures() + 1;
        Duration pause = Duration.ZERO;
        if (failures >= FREE) {
            pause = FIRST.multipliedBy(1L << Math.min(failures - FREE, 20));
            pause = pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
        }
        guesses.put(who, new Guesses(failures, now, now + pause.toNanos()));
    }

    synchronized void succeeded(String who) {
        guesses.remove(who);
    }
}
