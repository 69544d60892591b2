package io.nanite.core.packet;

import org.jspecify.annotations.Nullable;

/**
 * A mapper asks an agent to register again.
 *
 * @param target the agent it asks; null for everyone who hears it
 */
public record Advertise(@Nullable Identity target) implements Packet {}
