package io.nanite.mapper;

import java.time.Instant;

/**
 * An agent that was here not long ago.
 *
 * @param agent as it was when it went; {@code inFlight} is what it had not answered
 * @param at when it went
 * @param goodbye whether it said so; if not, it was killed, or cannot be reached any more
 * @param connected whether it is still there, as one that was drained is, and one that finishes what it has begun
 * @param moved how many requests that it had not answered were given to others at once
 */
public record Departure(AgentView agent, Instant at, boolean goodbye, boolean connected, int moved) {}
