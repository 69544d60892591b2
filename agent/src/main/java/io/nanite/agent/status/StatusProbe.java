package io.nanite.agent.status;

import io.nanite.core.packet.Status;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

/**
 * The fitness function of an agent: how loaded it is. <em>The lowest wins</em> the next job of a mapper that looks for the
 * least loaded.
 *
 * <p>Called before each ping on a thread of its own, one call at a time. One that throws, or that has not returned when
 * the ping is due, does not hold the ping up: it goes out with the status measured last.
 */
@FunctionalInterface
public interface StatusProbe {

    /** The load now; {@link Status#UNKNOWN} to let the agent say how many of its slots are taken. */
    Status measure() throws Exception;

    /**
     * The system's load average over the last minute, the default. Where the platform has none (it is negative there:
     * Windows), how many of the agent's slots are taken.
     */
    static StatusProbe loadAverage() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return () -> {
            double load = system.getSystemLoadAverage();
            return load < 0 ? Status.UNKNOWN : Status.of(load);
        };
    }

    /** How many of the agent's slots are taken, from 0 to 1. */
    static StatusProbe takenSlots() {
        return () -> Status.UNKNOWN;
    }
}
