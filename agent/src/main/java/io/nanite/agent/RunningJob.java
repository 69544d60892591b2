package io.nanite.agent;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import java.time.Duration;
import java.util.Optional;

/**
 * A job that an agent has taken and not finished, at one moment.
 *
 * @param caller who asked for it
 * @param attempt 1 unless it was begun before
 * @param runs how long ago its actor began; empty if it waits for its turn
 */
public record RunningJob(Token token, Service service, Identity caller, int attempt, Optional<Duration> runs) {}
