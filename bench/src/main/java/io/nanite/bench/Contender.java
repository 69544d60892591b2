package io.nanite.bench;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One way to ask and be answered. Called by one thread, unless said otherwise. */
interface Contender extends AutoCloseable {

    String name();

    /** Asks and waits for the answer. */
    String ask(String question) throws Exception;

    /** Asks; the answer, or what went wrong, goes to the consumer on another thread. May be called from there. */
    void ask(String question, BiConsumer<@Nullable String, @Nullable Throwable> answer);

    @Override
    void close() throws java.io.IOException;
}
