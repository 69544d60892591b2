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
     * Ends the broker's process with no warning, as {@code kill -9} does.
     *
     * @throws UnsupportedOperationException if the broker has no process of its own
     */
    void kill();

    /** Ends it, and leaves nothing behind. A test need not: who lent the broker takes it back. */
    @Override
    void close();
}
