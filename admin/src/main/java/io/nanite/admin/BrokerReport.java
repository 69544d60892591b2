package io.nanite.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a broker is.
 *
 * @param source who says so: {@code management}, or {@code amqp} where that is all that answers
 * @param product its own name
 * @param version its own version
 * @param alarms what is wrong with it, each in some words; empty if nothing is, as far as can be seen
 * @param nodes the names of its nodes
 * @param queues by name
 * @param drift what is not as it must be
 */
public record BrokerReport(
        String source,
        String product,
        String version,
        List<String> alarms,
        List<String> nodes,
        List<Depth> queues,
        List<Drift> drift) {

    public BrokerReport {
        alarms = List.copyOf(alarms);
        nodes = List.copyOf(nodes);
        queues = List.copyOf(queues);
        drift = List.copyOf(drift);
    }

    /**
     * A queue.
     *
     * @param ready how many messages wait for a reader
     * @param unacked how many were given to readers that have not settled them; null if nobody can say
     * @param consumers how many readers there are
     * @param oldestSeconds how long the oldest message has waited; null if nobody can say
     */
    public record Depth(
            String name,
            int ready,
            @Nullable Integer unacked,
            int consumers,
            @Nullable Long oldestSeconds) {}

    /** Something that is not as it must be: what, how, and what cures it. */
    public record Drift(String what, String sentence, String cure) {}
}
