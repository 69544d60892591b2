package io.nanite.core.packet;

import org.jspecify.annotations.Nullable;

/**
 * What an agent of ours says about itself in each {@link Register} and {@link Ping}; an agent in another language may say
 * none of it.
 *
 * @param slots how many jobs it runs at once; 0 if it did not say
 * @param busy how many it runs now
 * @param boot names one life of its process; another value means that it was started again
 * @param epoch counts how often it rebuilt its queue or consumer in this life
 * @param version the version of its Nanite
 * @param packs whether it reads messages that hold several packets
 */
public record Vitals(
        int slots,
        int busy,
        @Nullable String boot,
        int epoch,
        @Nullable String version,
        boolean packs) {

    /** Said nothing. */
    public static final Vitals UNKNOWN = new Vitals(0, 0, null, 0, null, false);
}
