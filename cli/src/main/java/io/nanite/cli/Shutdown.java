package io.nanite.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a signal does: the first TERM, INT or HUP ends the command in good order, the second ends the process at once. Any
 * thread.
 *
 * <p>The JVM would end with 143 whatever happened before, run its hooks, and not listen to a second signal.
 */
final class Shutdown {

    /** By POSIX a process that a signal ended has this more than the signal's number for its exit code. */
    private static final int SIGNALLED = 128;

    private static final int TERM = 15;
    private static final List<String> SIGNALS = List.of("TERM", "INT", "HUP");

    private final AtomicInteger first = new AtomicInteger();
    private final AtomicBoolean hurried = new AtomicBoolean();
    private volatile Runnable ending;
    private volatile Runnable lastWords = () -> {};
    private final boolean catching;
    private final Map<String, List<Runnable>> each = new ConcurrentHashMap<>();

    private Shutdown(Runnable ending, boolean catching) {
        this.ending = ending;
        this.catching = catching;
    }

    /** Never happens: no signal is caught. */
    static Shutdown never() {
        return new Shutdown(() -> {}, false);
    }

    /** Catches the signals of this process. Until a command says better, one interrupts the thread that calls this. */
    static Shutdown ofThisProcess() {
        Shutdown shutdown = new Shutdown(Thread.currentThread()::interrupt, true);
        SIGNALS.forEach(name -> listen(name, shutdown::received));
        return shutdown;
    }

    /** What to do at the first signal, on a thread of its own. The command ends by itself then, in its own time. */
    void with(Runnable newEnding) {
        ending = newEnding;
    }

    /** What to say at the second signal, before the process ends; the third does not wait for it. */
    void lastWords(Runnable newLastWords) {
        lastWords = newLastWords;
    }

    /** What to do, besides what is done already, at each signal of this name, such as {@code USR1}, which ends nothing. On a thread of its own. */
    void each(String signal, Runnable task) {
        if (catching) {
            each.computeIfAbsent(signal, name -> {
                        List<Runnable> tasks = new CopyOnWriteArrayList<>();
                        listen(name, number -> tasks.forEach(Runnable::run));
                        return tasks;
                    })
                    .add(task);
        }
    }

    /** The end of that process, or that it is not there, counts as the first TERM. */
    void alsoWith(long pid) {
        var unused = ProcessHandle.of(pid)
                .map(ProcessHandle::onExit)
                .orElseGet(() -> CompletableFuture.completedFuture(null))
                .thenRun(this::end);
    }

    /** As if TERM had come, if no signal has. */
    void end() {
        if (first.compareAndSet(0, TERM)) {
            ending.run();
        }
    }

    /** The exit code of a command that a signal has ended before it was done; null if none came. */
    @Nullable
    Integer code() {
        int signal = first.get();
        return signal == 0 ? null : SIGNALLED + signal;
    }

    private void received(int signal) {
        if (first.compareAndSet(0, signal)) {
            ending.run();
            return;
        }
        try {
            if (hurried.compareAndSet(false, true)) {
                lastWords.run();
            }
        } finally {
            Runtime.getRuntime().halt(SIGNALLED + signal);
        }
    }

    /** By reflection: the compiler warns of this package, which every JVM has, and there is no other way. */
    private static void listen(String name, IntConsumer received) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object listener = Proxy.newProxyInstance(
                    Shutdown.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getDeclaringClass() == Object.class) {
                            return method.invoke(received, arguments);
                        }
                        received.accept((int) signal.getMethod("getNumber").invoke(arguments[0]));
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), listener);
        } catch (InvocationTargetException e) {
            // The JVM was told to leave this signal alone (-Xrs): so do we.
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "signal " + name + ": cannot be caught (expected: a JVM with jdk.unsupported)", e);
        }
    }
}
