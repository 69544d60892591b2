package io.nanite.cli;

import io.nanite.core.packet.Identity;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends other processes of this user, by signals. */
final class Ending {

    /** Of one that does not say what grace it has. */
    static final Duration USUAL_GRACE = Duration.ofSeconds(30);

    /** For what is done behind the jobs: writing what is to be written, leaving the broker. */
    private static final Duration MARGIN = Duration.ofSeconds(15);

    private static final Duration HURRY = Duration.ofMillis(200);
    private static final int MOST_HURRIES = 15;

    private Ending() {}

    /** Who holds the name. Throws if nobody does. */
    static long pid(RunFolder folder, Identity identity) {
        String pid = folder.holder(identity)
                .orElseThrow(() -> new NotRunningException(
                        "%s: does not run (expected: one that has its lock in %s)".formatted(identity, folder.path())));
        try {
            return Long.parseLong(pid);
        } catch (NumberFormatException e) {
            throw new UnansweredException(
                    "%s: starts or ends just now (expected: to be asked again in a moment)".formatted(identity), e);
        }
    }

    /** TERM, once; whether it has ended within its grace and a margin. */
    static boolean inGoodOrder(long pid, Duration grace) throws InterruptedException {
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process == null) {
            return true;
        }
        process.destroy();
        return ended(process, grace.plus(MARGIN));
    }

    /** TERM and TERM again, which it obeys at once unless it hangs; then KILL. Two at a time would count as one. */
    static boolean atOnce(long pid) throws InterruptedException {
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process == null) {
            return true;
        }
        for (int i = 0; i < MOST_HURRIES; i++) {
            process.destroy();
            if (ended(process, HURRY)) {
                return true;
            }
        }
        process.destroyForcibly();
        return ended(process, MARGIN);
    }

    private static boolean ended(ProcessHandle process, Duration patience) throws InterruptedException {
        CompletableFuture<ProcessHandle> end = process.onExit();
        try {
            end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
