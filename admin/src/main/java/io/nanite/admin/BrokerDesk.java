package io.nanite.admin;

import java.util.List;
import java.util.function.Predicate;

/**
 * Looks at the broker behind a mapper, for a tower. Used by one thread at a time; each method waits for the broker, and throws a
 * {@link io.nanite.core.NaniteException} that says in a sentence why it could not.
 */
public interface BrokerDesk extends AutoCloseable {

    /** How the broker is, with these queues, those that all share, and any others that it can name. */
    BrokerReport report(List<String> queues);

    /**
     * The first so many messages of a queue, which stay where they are: also if this process is killed while it looks. Empty if
     * there is no such queue.
     */
    StoredMessages look(String queue, int most);

    /**
     * Takes out for ever those of the first {@code depth} messages of a queue that are wanted, {@code most} at most. Returns how many
     * those were.
     */
    int remove(String queue, int depth, int most, Predicate<StoredMessage> wanted);

    @Override
    void close();
}
