package io.nanite.mapper;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import java.time.Duration;

/**
 * How one mapper behaves. Checked once, here.
 *
 * @param identity who it is
 * @param agentTimeout how long an agent may be silent before it gets no new work; silent for half as long again, it is
 *     dead
 * @param timeout how long a request may take that does not say
 * @param maxPending how many requests may wait for answers; more are refused at once
 * @param packing whether several packets for one agent may share a message
 * @param offlineFailsafe whether calls that nobody can serve wait in the offline queue until somebody can; a mapper with
 *     this also gives out what others left there
 * @param rescue whether it saves the work of agents that died
 * @param agentCalls whether it does what agents ask for; where no mapper does, that waits
 * @param introduces whether it tells each agent that comes, and the other mappers, that it is there: where certificates
 *     travel with what they signed, that is how these learn its own
 */
public record MapperConfig(
        Identity identity,
        Duration agentTimeout,
        Duration timeout,
        int maxPending,
        boolean packing,
        boolean offlineFailsafe,
        boolean rescue,
        boolean agentCalls,
        boolean introduces) {

    /** Throws {@link ConfigException} naming the first setting that is wrong. */
    public MapperConfig {
        if (!identity.isMapper()) {
            throw ConfigException.of("identity", identity, "mapper-NAME");
        }
        positive("agent timeout", agentTimeout);
        positive("timeout", timeout);
        if (maxPending < 1) {
            throw ConfigException.of("max pending", maxPending, "at least 1");
        }
    }

    private static void positive(String setting, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw ConfigException.of(setting, duration, "more than 0");
        }
    }

    /** The defaults: agents time out after 15 s, requests after 60 s, 10,000 pending, packing, rescue and agents' calls on, offline failsafe and introductions off. */
    public static MapperConfig named(String name) {
        return new MapperConfig(
                Identity.mapper(name),
                Duration.ofSeconds(15),
                Duration.ofSeconds(60),
                10_000,
                true,
                false,
                true,
                true,
                false);
    }

    public MapperConfig withAgentTimeout(Duration newTimeout) {
        return new MapperConfig(
                identity, newTimeout, timeout, maxPending, packing, offlineFailsafe, rescue, agentCalls, introduces);
    }

    public MapperConfig withTimeout(Duration newTimeout) {
        return new MapperConfig(
                identity,
                agentTimeout,
                newTimeout,
                maxPending,
                packing,
                offlineFailsafe,
                rescue,
                agentCalls,
                introduces);
    }

    public MapperConfig withMaxPending(int newMaxPending) {
        return new MapperConfig(
                identity,
                agentTimeout,
                timeout,
                newMaxPending,
                packing,
                offlineFailsafe,
                rescue,
                agentCalls,
                introduces);
    }

    public MapperConfig withPacking(boolean newPacking) {
        return new MapperConfig(
                identity,
                agentTimeout,
                timeout,
                maxPending,
                newPacking,
                offlineFailsafe,
                rescue,
                agentCalls,
                introduces);
    }

    public MapperConfig withOfflineFailsafe(boolean newOfflineFailsafe) {
        return new MapperConfig(
                identity,
                agentTimeout,
                timeout,
                maxPending,
                packing,
                newOfflineFailsafe,
                rescue,
                agentCalls,
                introduces);
    }

    public MapperConfig withRescue(boolean newRescue) {
        return new MapperConfig(
                identity,
                agentTimeout,
                timeout,
                maxPending,
                packing,
                offlineFailsafe,
                newRescue,
                agentCalls,
                introduces);
    }

    public MapperConfig withAgentCalls(boolean newAgentCalls) {
        return new MapperConfig(
                identity,
                agentTimeout,
                timeout,
                maxPending,
                packing,
                offlineFailsafe,
                rescue,
                newAgentCalls,
                introduces);
    }

    public MapperConfig withIntroduces(boolean newIntroduces) {
        return new MapperConfig(
                identity,
                agentTimeout,
                timeout,
                maxPending,
                packing,
                offlineFailsafe,
                rescue,
                agentCalls,
                newIntroduces);
    }
}
