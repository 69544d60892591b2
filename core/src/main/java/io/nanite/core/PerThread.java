package io.nanite.core;

import java.lang.ref.WeakReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value for each thread that asks, made when it first does. Safe for use by many threads.
 *
 * <p>No thread keeps its value alive, so the collector may take one between two uses, and the next makes another. The
 * threads of a container outlive the applications that run on them: one that kept a value of ours would keep its class,
 * and with it every class of its application.
 */
public final class PerThread<T> {

    // Of the JDK's own class, with values of the JDK's own class: what stays in a thread must not be of a class of
    // ours.
    @SuppressWarnings("ThreadLocalUsage") // one for each object that has such values, of which there are few
    private final ThreadLocal<@Nullable WeakReference<T>> values = new ThreadLocal<>();

    private final Supplier<? extends T> making;

    public PerThread(Supplier<? extends T> making) {
        this.making = making;
    }

    /** That of the calling thread. */
    public T value() {
        WeakReference<T> kept = values.get();
        T value = kept == null ? null : kept.get();
        if (value != null) {
            return value;
        }
        T made = making.get();
        values.set(new WeakReference<>(made));
        return made;
    }
}
