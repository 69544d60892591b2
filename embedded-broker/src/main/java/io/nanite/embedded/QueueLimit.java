package io.nanite.embedded;

import io.nanite.core.ConfigException;

/**
 * How deep a queue may become, by whichever comes first. Immutable.
 *
 * <p>It holds for every queue that a client declares without limits of its own ({@code qpid.max_count},
 * {@code qpid.max_size}). A full queue stops its publishers: the broker sends {@code channel.flow}, upon which
 * amqp-client's {@code basicPublish} waits until the queue is down to four fifths. Nothing is dropped, and nothing is acked
 * that is not kept. What was on the wire by then is still taken, so a queue may become a little deeper than its limit.
 * Whoever publishes on regardless for five seconds loses the channel.
 *
 * <p>Messages in memory are in direct memory. A JVM should have several times the limit, for each queue that may be full
 * at the same time ({@code -XX:MaxDirectMemorySize}; by default it is the size of the heap). Where it runs out, Broker-J
 * loses a thread and the connection that this one served goes silent, until its heartbeat fails.
 *
 * <p>Broker-J could also reject what is too much, but then it <em>acks</em> it all the same unless it is mandatory. That is
 * the silent loss which confirms are for, so it is not offered here.
 */
public record QueueLimit(int messages, long bytes) {

    /** 100,000 messages or 64 MiB: a queue that full costs about 200 MB of this JVM. */
    public static final QueueLimit DEFAULT = new QueueLimit(100_000, 64L << 20);

    /** Both from 1 up. */
    public QueueLimit {
        if (messages < 1) {
            throw ConfigException.of("queue limit in messages", messages, "1 or more");
        }
        if (bytes < 1) {
            throw ConfigException.of("queue limit in bytes", bytes, "1 or more");
        }
    }
}
