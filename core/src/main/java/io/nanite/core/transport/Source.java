package io.nanite.core.transport;

import io.nanite.core.packet.Identity;
import java.util.List;
import java.util.Optional;

/**
 * A queue to read from, and how it must be: whoever subscribes declares it so.
 *
 * @param queue its name
 * @param lifetime who else may use it, and how long it lives
 * @param bindings the exchanges that feed it, besides its own name
 * @param prefetch how many messages may be unsettled at once, 1 to 65535; 0 where nothing is settled
 */
public record Source(String queue, Lifetime lifetime, List<Address.Exchange> bindings, int prefetch) {

    /** Who may use a queue, and how long it lives. */
    public enum Lifetime {
        /** Durable, many readers compete. */
        SHARED,
        /**
         * Durable, one reader: a second one is refused. A subscription that is closed for good deletes it if it is empty;
         * what it holds stays, for the next reader.
         */
        OWNED,
        /** As {@link #OWNED}, and deleted with what it holds when its subscription is closed for good. */
        OWNED_DELETED_ON_CLOSE,
        /**
         * Somebody else's, whose owner is gone: not declared, read by one reader, left where it is. Where it does not exist, or has a reader, the subscription is refused; when its
         * connection breaks the subscription is over.
         */
        ABANDONED,
        /** As {@link #ABANDONED}, and deleted when its subscription is closed, if it is empty and its owner is not back. */
        ABANDONED_DELETED_ON_CLOSE,
        /** Lives and dies with the connection; what it holds may be lost, so nothing is settled. */
        CONNECTION
    }

    private static final int MOST = 65_535;

    private static final String ATTEMPTS = ".attempts";

    /** How many results a mapper lets the broker push ahead. */
    private static final int REPLY_PREFETCH = 1_000;

    /** Throws {@link IllegalArgumentException} if the prefetch does not fit the lifetime. */
    public Source {
        bindings = List.copyOf(bindings);
        if (prefetch < (lifetime == Lifetime.CONNECTION ? 0 : 1) || prefetch > MOST) {
            throw new IllegalArgumentException(
                    "prefetch of %s: %d (expected: 1 to %d)".formatted(queue, prefetch, MOST));
        }
    }

    /** Whether deliveries must be settled. */
    public boolean settled() {
        return lifetime != Lifetime.CONNECTION;
    }

    /**
     * Where its reader can send itself something that nobody else gets, by the way that others use; empty for a queue of
     * work, and for one that is shared.
     */
    public Optional<Address> loopback() {
        if (lifetime == Lifetime.CONNECTION) {
            return Optional.of(new Address.Queue(queue)); // what feeds it reaches others too
        }
        return bindings.stream()
                .filter(from -> from.name().equals(Address.REPLY))
                .<Address>map(from -> from)
                .findFirst();
    }

    /** Whether it is somebody else's: then it is neither declared nor built again. */
    public boolean abandoned() {
        return lifetime == Lifetime.ABANDONED || lifetime == Lifetime.ABANDONED_DELETED_ON_CLOSE;
    }

    /** An agent's work. It outlives the agent: a mapper saves what is left. */
    public static Source work(Identity agent, int prefetch) {
        return new Source(agent.value(), Lifetime.OWNED, List.of(), prefetch);
    }

    /** What an agent is told past its work: asked to advertise, told to cancel. */
    public static Source control(Identity agent) {
        return new Source(
                agent.value() + Address.CONTROL,
                Lifetime.CONNECTION,
                List.of(new Address.Exchange("advertise", "")),
                0);
    }

    /** The answers to a mapper. */
    public static Source replies(Identity mapper) {
        return new Source(
                mapper.value(),
                Lifetime.OWNED_DELETED_ON_CLOSE,
                List.of(new Address.Exchange(Address.REPLY, mapper.value())),
                REPLY_PREFETCH);
    }

    /** Everything that agents say about themselves. */
    public static Source presence(Identity mapper) {
        return new Source(
                mapper.value() + ".presence",
                Lifetime.CONNECTION,
                List.of(new Address.Exchange("registration", ""), new Address.Exchange("heartbeat", "")),
                0);
    }

    /** The work queue of an agent that is gone, for whoever saves what is in it. */
    public static Source orphan(Identity agent, int prefetch) {
        return new Source(agent.value(), Lifetime.ABANDONED, List.of(), prefetch);
    }

    /** The same, once nobody can think any more that the agent lives: an empty queue goes. */
    public static Source remains(Identity agent, int prefetch) {
        return new Source(agent.value(), Lifetime.ABANDONED_DELETED_ON_CLOSE, List.of(), prefetch);
    }

    /** Where an agent marks which of the jobs that came again it begins. */
    public static Source attempts(Identity agent, int prefetch) {
        return new Source(agent.value() + ATTEMPTS, Lifetime.OWNED, List.of(), prefetch);
    }

    /** The same queue, of an agent or of a life that is gone: not made where it is not, deleted when it is empty. */
    public static Source forgottenAttempts(Identity agent, int prefetch) {
        return new Source(agent.value() + ATTEMPTS, Lifetime.ABANDONED_DELETED_ON_CLOSE, List.of(), prefetch);
    }

    /** Work that was accepted while nobody could do it; mappers compete. */
    public static Source offline(int prefetch) {
        return new Source(((Address.Queue) Address.OFFLINE).name(), Lifetime.SHARED, List.of(), prefetch);
    }

    /** What agents ask for; each request reaches one mapper. */
    public static Source requests(int prefetch) {
        return new Source("request", Lifetime.SHARED, List.of(new Address.Exchange("request", "")), prefetch);
    }
}
