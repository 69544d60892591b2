package io.nanite.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The threads that came since this was made and keep the JVM alive. */
final class StartedThreads {

    private static final Duration END = Duration.ofSeconds(10);

    private final Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());

    List<Thread> alive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon() && !before.contains(thread))
                .toList();
    }

    /** Waits for each to end. */
    void assertGone() throws InterruptedException {
        for (Thread thread : alive()) {
            thread.join(END.toMillis());
        }
        assertThat(alive()).isEmpty();
    }
}
