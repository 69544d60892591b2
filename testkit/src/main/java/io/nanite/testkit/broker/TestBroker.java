package io.nanite.testkit.broker;

/**
 * A broker that a test may fill, stop and break. Ready to be connected to when the test gets it. Any thread may use it.
 *
 * <p>Every test gets an empty vhost, with users {@code mapper} and {@code nanite} who may do everything in it (password
 * {@code testing}, but the address has it). Only a broker of one's own ({@code own = true}) can be stopped or killed.
 */
public sealed interface TestBroker extends AutoCloseable permits EmbeddedTestBroker, RabbitTestBroker {

    /** {@code embedded} or {@code rabbitmq}. */
    String kind();

    /** With its slash: {@code /nanite}. */
    String vhost();

    /** Where {@code user} connects to, with password and vhost. It stays the same over stop, kill and start. */
    String uri(String user);

    /** Where {@code mapper} connects to. */
    default String uri() {
        return uri("mapper");
    }

    /** Disconnects everybody and listens no more, in good order. Nothing happens if it is down. */
    void stop();

    /** Comes up after {@link #stop} or {@link #kill}. Nothing happens if it is up. */
    void start();

    /** Down and up again. */
    default void restart() {
        stop();
        start();
    }

    /**
     * Returns when what was declared until now survives a {@link #kill}. A test that kills calls it between declaring and
     * killing, unless the declaring is what it tests.
     *
     * <p>RabbitMQ on Mnesia (seen on 3.10) needs it: the declaration of a durable queue is on disk before it is answered,
     * but the record that says it was committed may follow a moment later. Killed in between, the node presumes that it was
     * aborted, and the queue is gone with all that was confirmed into it. Without this about one kill in thirty, right after
     * the declaration, did that.
     */
    void settle();

    /**
     * Ends the broker's process with no warning, as {@code kill -9} does.
     *
     * @throws UnsupportedOperationException if the broker has no process of its own
     */
    void kill();

    /** Ends it, and leaves nothing behind. A test need not: who lent the broker takes it back. */
    @Override
    void close();
}
