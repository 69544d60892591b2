package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import java.time.Duration;
import java.util.Set;

/**
 * What a mapper knows of one agent, at one moment.
 *
 * @param silentFor how long ago it was last heard of
 * @param inFlight how many requests of this mapper it has not answered
 * @param suspect whether it has been silent for too long, or seems not to be connected: it gets no new work until it speaks
 */
public record AgentView(
        Identity identity,
        Set<Service> services,
        Set<String> tags,
        Status status,
        Vitals vitals,
        Duration silentFor,
        int inFlight,
        boolean suspect) {}
