package io.nanite.mapper;

import io.nanite.core.packet.Verdict;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a mapper did since its start, and what it has now.
 *
 * @param agents the agents that are alive now, suspected ones included
 * @param suspects those of them that are suspected to be gone, and get nothing new
 * @param pending requests that wait for answers now
 * @param accepted requests that were given a token and an agent, or may wait for one
 * @param rejected requests that ended at once, because nobody could be asked
 * @param outcomes of agents that were asked, by their verdicts; all of them are keys
 * @param resent requests that were sent once more to the same agent
 * @param moved requests that were given to another agent
 * @param returned requests that found no queue
 * @param parked requests that waited offline
 * @param stray results that came late, twice, or from an agent that was not asked
 * @param confirmed pushes that the broker has, counted for each agent, and rescued work
 * @param undelivered pushes that the broker did not take, counted in the same way
 * @param refused packets that the authorizer refused
 */
public record MapperTally(
        int agents,
        int suspects,
        int pending,
        long accepted,
        long rejected,
        Map<Verdict, Long> outcomes,
        long resent,
        long moved,
        long returned,
        long parked,
        long stray,
        long confirmed,
        long undelivered,
        long refused) {

    public MapperTally {
        outcomes = Collections.unmodifiableMap(new EnumMap<>(outcomes));
    }
}
