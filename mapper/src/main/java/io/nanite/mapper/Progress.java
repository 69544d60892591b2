package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Payload;

/**
 * News of a request from an agent that still works on it.
 *
 * @param agent who works
 * @param key what the news is about, as the actor named it
 * @param value what the actor said
 * @param sequence counts the news of this agent from 1; 0 if it does not count
 */
public record Progress(Identity agent, String key, Payload value, long sequence) {}
