package io.nanite.embedded;

import io.nanite.core.ConfigException;

/**
 * How deep a queue may become, by whichever comes first. Immutable.
 *
 * <p>It holds for every queue that a client declares without limits of its own ({@code qpid.max_count},
 * {@code qpid.max_size}). A full queue stops its publishers: the broker sends {@code channel.flow}, upon which
 * amqp-client's {@code basicPublish} waits until the queue is down to four fifths. What was on the wire by then is still
 * taken, so a queue may become a little deeper than its limit. Whoever publishes on regardless for five seconds loses the
 * channel.
 *
 * <p>Broker-J could also reject, but then it <em>acks</em> what it drops unless the message is mandatory. That is the
 * silent loss which confirms are for, so it is not offered here.
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
