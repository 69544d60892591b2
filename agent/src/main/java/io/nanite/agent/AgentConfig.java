package io.nanite.agent;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Tags;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How one agent behaves. Checked once, here: a wrong value throws {@link ConfigException}.
 *
 * @param identity its name, and that of the queue it reads
 * @param slots how many jobs it runs at once, 1 to 10,000
 * @param prefetch how many messages it takes from the broker before it has settled them, 1 to 65,535
 * @param pingTime how often it says that it is alive, 100 ms to 1 h; each time up to a fifth sooner, so that agents that
 *     started together do not ping together
 * @param grace how long running jobs may go on after {@link Agent#close}, 0 to 1 h
 * @param tags what it is, for callers that are choosy
 * @param packs whether it takes and sends several packets in one message
 * @param virtualThreads whether jobs run on virtual threads
 * @param remembered how many finished jobs it remembers, to answer one that comes again without doing it again; 0 to
 *     1,000,000
 * @param ack when a job is settled
 */
public record AgentConfig(
        Identity identity,
        int slots,
        int prefetch,
        Duration pingTime,
        Duration grace,
        Set<String> tags,
        boolean packs,
        boolean virtualThreads,
        int remembered,
        Ack ack) {

    /** When the broker is told that it can forget a job. */
    public enum Ack {
        /** Behind its answer: a job whose agent dies is done by another, perhaps for the second time. */
        LATE,
        /** Before it begins: what runs in an agent that dies is lost, not done twice. */
        EARLY
    }

    /**
     * As many as a pack holds packets, so that even a pack of nothing but slow jobs starts at once; and measured, more
     * than 64 messages in flight make a broker no faster.
     */
    private static final int SLOTS = 64;

    private static final int MOST_SLOTS = 10_000;
    private static final int MOST_PREFETCH = 65_535;
    private static final Duration SHORTEST_PING_TIME = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int LONGEST_TAG = 255;

    /** All that two mappers can have open at the default of 10,000 each. */
    private static final int REMEMBERED = 20_000;

    private static final int MOST_REMEMBERED = 1_000_000;

    /** Since 24 a virtual thread that waits in a synchronized block lets its carrier go (JEP 491); before, it held it. */
    private static final int GOOD_VIRTUAL_THREADS = 24;

    public AgentConfig {
        if (!identity.isAgent()) {
            throw ConfigException.of("identity", identity, "nanite-NAME");
        }
        if (slots < 1 || slots > MOST_SLOTS) {
            throw ConfigException.of("slots", slots, "1 to " + MOST_SLOTS);
        }
        if (prefetch < 1 || prefetch > MOST_PREFETCH) {
            throw ConfigException.of("prefetch", prefetch, "1 to " + MOST_PREFETCH);
        }
        if (pingTime.compareTo(SHORTEST_PING_TIME) < 0 || pingTime.compareTo(LONGEST) > 0) {
            throw ConfigException.of("pingTime", pingTime, "100 ms to 1 h");
        }
        if (grace.isNegative() || grace.compareTo(LONGEST) > 0) {
            throw ConfigException.of("grace", grace, "0 to 1 h");
        }
        if (remembered < 0 || remembered > MOST_REMEMBERED) {
            throw ConfigException.of("remembered", remembered, "0 to " + MOST_REMEMBERED);
        }
        if (virtualThreads && !virtualThreadsAreGood()) {
            throw ConfigException.of(
                    "virtualThreads",
                    "true on Java " + Runtime.version().feature(),
                    "Java %d or later, or false".formatted(GOOD_VIRTUAL_THREADS));
        }
        tags = Collections.unmodifiableSet(new LinkedHashSet<>(tags));
        for (String tag : tags) {
            if (tag.isBlank() || tag.length() > LONGEST_TAG) {
                throw ConfigException.of("tags", tags, "each 1 to %d characters".formatted(LONGEST_TAG));
            }
            if (Tags.isAny(tag)) {
                throw ConfigException.of("tags", tags, "what it is; any(...) is for those who ask");
            }
        }
    }

    /** The agent of this name with every default; {@code fred} and {@code nanite-fred} are the same agent. */
    public static AgentConfig named(String name) {
        return of(Identity.agent(name));
    }

    /** The agent of this identity with every default. */
    public static AgentConfig of(Identity identity) {
        return new AgentConfig(
                identity,
                SLOTS,
                SLOTS,
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                Set.of(),
                true,
                virtualThreadsAreGood(),
                REMEMBERED,
                Ack.LATE);
    }

    /** With so many slots; the prefetch follows unless it was set to something else. */
    public AgentConfig withSlots(int slots) {
        int prefetch = this.prefetch == this.slots ? slots : this.prefetch;
        return new AgentConfig(
                identity, slots, prefetch, pingTime, grace, tags, packs, virtualThreads, remembered, ack);
    }

    /** One job at a time: for actors that are not safe for use by many threads. */
    public AgentConfig singleThreaded() {
        return withSlots(1);
    }

    public AgentConfig withPrefetch(int prefetch) {
        return new AgentConfig(
                identity, slots, prefetch, pingTime, grace, tags, packs, virtualThreads, remembered, ack);
    }

    public AgentConfig withPingTime(Duration pingTime) {
        return new AgentConfig(
                identity, slots, prefetch, pingTime, grace, tags, packs, virtualThreads, remembered, ack);
    }

    public AgentConfig withGrace(Duration grace) {
        return new AgentConfig(
                identity, slots, prefetch, pingTime, grace, tags, packs, virtualThreads, remembered, ack);
    }

    public AgentConfig withTags(Collection<String> tags) {
        return new AgentConfig(
                identity,
                slots,
                prefetch,
                pingTime,
                grace,
                new LinkedHashSet<>(tags),
                packs,
                virtualThreads,
                remembered,
                ack);
    }

    public AgentConfig withPacks(boolean packs) {
        return new AgentConfig(
                identity, slots, prefetch, pingTime, grace, tags, packs, virtualThreads, remembered, ack);
    }

    /**
     * Virtual threads or the platform's. Virtual ones (the default from Java 24 on) suit jobs that wait; jobs that compute for
     * long want the platform's, because a virtual thread that never waits is never put aside for another.
     */
    public AgentConfig withVirtualThreads(boolean virtualThreads) {
        return new AgentConfig(
                identity, slots, prefetch, pingTime, grace, tags, packs, virtualThreads, remembered, ack);
    }

    public AgentConfig withRemembered(int remembered) {
        return new AgentConfig(
                identity, slots, prefetch, pingTime, grace, tags, packs, virtualThreads, remembered, ack);
    }

    public AgentConfig withAck(Ack ack) {
        return new AgentConfig(
                identity, slots, prefetch, pingTime, grace, tags, packs, virtualThreads, remembered, ack);
    }

    private static boolean virtualThreadsAreGood() {
        return Runtime.version().feature() >= GOOD_VIRTUAL_THREADS;
    }
}
