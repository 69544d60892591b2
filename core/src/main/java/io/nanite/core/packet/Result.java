package io.nanite.core.packet;

/**
 * How one agent's work on a request ended; from a mapper to an asking agent, why nobody does it.
 *
 * @param micros how long the actor ran, in microseconds; -1 if the agent did not say
 */
public record Result(Token token, Identity to, Identity from, Outcome outcome, long micros) implements Reply {}
