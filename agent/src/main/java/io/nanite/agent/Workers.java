package io.nanite.agent;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes the threads of an agent; nothing else here does. They are daemons, and carry the context class loader of whoever
 * made the agent, not of whatever thread brought the job.
 */
final class Workers {

    private static final long IDLE_SECONDS = 60;

    private Workers() {}

    /**
     * Platform threads named {@code <name>-1} and so on, made when they are needed; who gives the tasks bounds them. The
     * thread that was last busy gets the next task, because it is the one whose caches are warm.
     */
    static ExecutorService platform(String name) {
        AtomicLong count = new AtomicLong();
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), inheriting(task -> {
                    Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                }));
    }

    /** A virtual thread per task, named as above; who gives the tasks bounds them. */
    static ExecutorService virtual(String name) {
        // By reflection: this is compiled for 17, which has none.
        try {
            Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            builder = ofVirtual.getMethod("name", String.class, long.class).invoke(builder, name + "-", 1L);
            Object factory = Class.forName("java.lang.Thread$Builder")
                    .getMethod("factory")
                    .invoke(builder);
            Object executor = Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, inheriting((ThreadFactory) factory));
            return (ExecutorService) executor;
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new IllegalStateException(
                    "virtual threads on Java %d: none (expected: Java 21 or later)"
                            .formatted(Runtime.version().feature()),
                    e);
        }
    }

    private static ThreadFactory inheriting(ThreadFactory factory) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return task -> {
            Thread thread = factory.newThread(task);
            thread.setContextClassLoader(loader);
            return thread;
        };
    }
}
