package io.nanite.planted.cycles.agent.one;

import io.nanite.planted.cycles.agent.two.Second;

/** Needs the other room. */
public record First(Second second) {}
