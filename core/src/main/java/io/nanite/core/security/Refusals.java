package io.nanite.core.security;

import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Presence;
import io.nanite.core.packet.Reply;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what was refused, by rule, and says which refusals are worth a line in the log. Safe for use by many threads. */
public final class Refusals {

    /** What stands for an authorizer that names no rule. */
    public static final String UNNAMED = "authorizer";

    /** Whoever makes up identities must not fill our memory, nor the log. */
    private static final int MOST_REPORTED = 1_000;

    private static final int MOST_RULES = 1_000;

    private final Map<String, LongAdder> byRule = new ConcurrentHashMap<>();
    private final Set<Reported> reported = ConcurrentHashMap.newKeySet();

    private record Reported(@Nullable Identity who, String rule) {}

    /** Counts a refusal; returns whether it is the first of this sender by this rule, and so should be reported. */
    public boolean count(Packet packet, Decision.Denied denied) {
        String rule = denied.rule() == null ? UNNAMED : denied.rule();
        LongAdder count = byRule.get(rule);
        if (count == null) {
            String counted = byRule.size() < MOST_RULES ? rule : UNNAMED;
            count = byRule.computeIfAbsent(counted, unused -> new LongAdder());
        }
        count.increment();
        return reported.size() < MOST_REPORTED && reported.add(new Reported(sender(packet), rule));
    }

    private static @Nullable Identity sender(Packet packet) {
        if (packet instanceof Deliverable work) {
            return work.from();
        }
        if (packet instanceof Presence presence) {
            return presence.identity();
        }
        if (packet instanceof Instruct instruct) {
            return instruct.from();
        }
        return packet instanceof Reply reply ? reply.from() : null;
    }

    /** How many each rule has refused so far. */
    public SortedMap<String, Long> byRule() {
        SortedMap<String, Long> counts = new TreeMap<>();
        byRule.forEach((rule, count) -> counts.put(rule, count.sum()));
        return counts;
    }
}
