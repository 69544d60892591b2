package io.nanite.core.packet;

/** An agent is leaving. */
public record UnRegister(Identity identity) implements Presence {}
