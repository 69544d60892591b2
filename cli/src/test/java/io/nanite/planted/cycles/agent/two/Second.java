package io.nanite.planted.cycles.agent.two;

import io.nanite.planted.cycles.agent.one.First;

/** Needs the other room as well. */
public record Second(First first) {}
