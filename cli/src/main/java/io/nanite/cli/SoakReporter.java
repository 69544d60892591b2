package io.nanite.cli;

import io.nanite.core.loop.SingleThreadLoop;
import java.io.PrintWriter;
import java.time.Duration;

/** Says every now and then, on a thread of its own, what this process takes of its machine. */
final class SoakReporter implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(15);

    private final PrintWriter out;
    private final SingleThreadLoop loop;

    /** Says nothing yet. */
    SoakReporter(CommonOptions common) {
        out = common.out();
        PrintWriter err = common.err();
        loop = new SingleThreadLoop("soak-reporter", error -> error.printStackTrace(err));
    }

    void start() {
        loop.every(EVERY, () -> out.println(SoakUsage.now().line()));
    }

    @Override
    public void close() {
        loop.close();
    }
}
