package io.nanite.admin;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is judged, at one moment.
 *
 * @param connected whether the mapper has its broker
 * @param alarms what the broker says is wrong with it
 * @param unread by reason: how many packets were refused unread not long ago
 * @param lastMinute by service: how its requests of the last minute went
 * @param parked how many letters are in the parking lot; null if nobody can say
 * @param waiting how much work waits for somebody who can do it; null if nobody can say
 */
record FabricState(
        Instant at,
        boolean connected,
        List<String> alarms,
        List<Fleet.Member> agents,
        Map<String, Long> unread,
        Map<String, SlidingCounts.Window> lastMinute,
        @Nullable Integer parked,
        @Nullable Integer waiting) {}
