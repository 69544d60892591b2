package io.nanite.core.serializer;

import io.nanite.core.PerThread;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.util.BufferRecycler;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.core.util.RecyclerPool;

/**
 * Lends the buffers of parsers and generators: a thread that lives long keeps its own, which costs nothing to find; virtual
 * threads, each of which runs one job, share theirs. Safe for use by many threads.
 */
final class BufferPool implements RecyclerPool<BufferRecycler> {

    private static final long serialVersionUID = 1;

    /** {@code Thread.isVirtual}, or null before Java 21. */
    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    private final transient PerThread<BufferRecycler> own = new PerThread<>(BufferRecycler::new);
    private final RecyclerPool<BufferRecycler> shared = JsonRecyclerPools.newConcurrentDequePool();

    private static @Nullable MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }

    @Override
    public BufferRecycler acquireAndLinkPooled() {
        return onVirtualThread() ? shared.acquireAndLinkPooled() : own.value();
    }

    @Override
    public BufferRecycler acquirePooled() {
        return onVirtualThread() ? shared.acquirePooled() : own.value();
    }

    private static boolean onVirtualThread() {
        if (IS_VIRTUAL == null) {
            return false;
        }
        try {
            return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable e) {
            throw new IllegalStateException("Thread.isVirtual failed (expected: an answer)", e);
        }
    }

    /** Those that were linked to a pool go back to that one by themselves; a thread's own need not. */
    @Override
    public void releasePooled(BufferRecycler buffers) {
        if (onVirtualThread()) {
            shared.releasePooled(buffers);
        }
    }
}
