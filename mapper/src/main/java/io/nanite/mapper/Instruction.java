package io.nanite.mapper;

import org.jspecify.annotations.Nullable;

/**
 * Something that an agent can be told to do with itself.
 *
 * @param action what: 1-32 of {@code a-z} and {@code _}; an agent that does not know it says what it knows
 * @param argument what the action takes; null for nothing
 */
public record Instruction(String action, @Nullable String argument) {

    /** Takes no more work and unregisters; what it has begun it finishes. The process stays. */
    public static final Instruction DRAIN = new Instruction("drain", null);

    /** Takes work again. */
    public static final Instruction RESUME = new Instruction("resume", null);

    /** Says that it is there. */
    public static final Instruction PING = new Instruction("ping", null);

    /** Says what it has done since it was started: {@code executed}, how many jobs. */
    public static final Instruction FIGURES = new Instruction("figures", null);

    /** Says what its threads do: a text, of a quarter of a million characters at most. */
    public static final Instruction THREADS = new Instruction("threads", null);

    /** Has its log say so much from now on: {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}. */
    public static Instruction logLevel(String level) {
        return new Instruction("log_level", level);
    }
}
