package io.nanite.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How many packets were refused unread not long ago, from counts that only grow. Guarded by itself. */
final class UnreadWatch {

    /** For so long somebody is told of it. */
    static final Duration RECENT = Duration.ofMinutes(10);

    private record Sample(Instant at, Map<String, Long> counts) {}

    /** Of each change, what was counted before it and when it was seen. */
    private final Deque<Sample> changes = new ArrayDeque<>();

    private Map<String, Long> last = Map.of();

    /** By reason, those that came in the last ten minutes; empty if there were none. */
    synchronized SortedMap<String, Long> recent(Map<String, Long> counts, Instant at) {
        if (!counts.equals(last)) {
            changes.addLast(new Sample(at, last));
            last = Map.copyOf(counts);
        }
        while (!changes.isEmpty() && changes.getFirst().at().isBefore(at.minus(RECENT))) {
            changes.removeFirst();
        }
        SortedMap<String, Long> recent = new TreeMap<>();
        if (!changes.isEmpty()) {
            Map<String, Long> before = changes.getFirst().counts();
            last.forEach((reason, count) -> {
                long more = count - before.getOrDefault(reason, 0L);
                if (more > 0) {
                    recent.put(reason, more);
                }
            });
        }
        return recent;
    }
}
