package io.nanite.agent;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
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
     * At most so many platform threads, named {@code <name>-1} and so on, made when they are needed. Whoever gives the tasks
     * never gives more at a time: a task that finds every thread taken waits for one that has just ended its task. The
     * thread that was last busy gets the next task, because it is the one whose caches are warm.
     */
    static ExecutorService platform(String name, int most) {
        AtomicLong count = new AtomicLong();
        return new ThreadPoolExecutor(
                0,
                most,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                inheriting(task -> {
                    Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                }),
                Workers::handOver);
    }

    /** A thread that has given up its slot takes a moment to come back for the next task. */
    private static void handOver(Runnable task, ThreadPoolExecutor threads) {
        try {
            while (!threads.isShutdown()) {
                if (threads.getQueue().offer(task, 1, TimeUnit.MILLISECONDS)) {
                    return;
                }
                if (threads.getPoolSize() < threads.getMaximumPoolSize()) {
                    threads.execute(task); // it was not coming back: its idle time was over
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RejectedExecutionException("%s is stopped (expected: running)".formatted(threads));
    }

    /** One platform thread of this name, made when it is needed, that does one task after the other in their order. */
    static ExecutorService inOrder(String name) {
        ThreadPoolExecutor thread = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), inheriting(task -> {
                    Thread made = new Thread(task, name);
                    made.setDaemon(true);
                    return made;
                }));
        thread.allowCoreThreadTimeOut(true);
        return thread;
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
