package io.nanite.core.packet;

/** An agent is alive, and this loaded. */
public record Ping(Identity identity, Status status, Vitals vitals) implements Presence {}
