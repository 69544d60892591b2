package io.nanite.cli;

import io.nanite.core.packet.Identity;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends a process of this machine. */
@Command(
        name = "stop",
        description = "Ends one that runs here, in good order: it finishes what it has begun. Waits for its end.")
final class StopCommand extends LocalCommand {

    @Option(
            names = "--now",
            negatable = true,
            fallbackValue = "true",
            description = "at once: what it has begun is done again by others")
    boolean now;

    @Override
    int run() throws InterruptedException {
        Identity identity = one();
        boolean ended = now ? Ending.atOnce(pid(identity)) : Ending.inGoodOrder(pid(identity), grace(identity));
        if (!ended) {
            common.err()
                    .printf(
                            "%s: pid %d still runs (expected: to have ended by now; at once: --now)%n",
                            identity, pid(identity));
            return ExitCode.FAILED.code();
        }
        common.out().printf("%s has ended%n", identity);
        return ExitCode.OK.code();
    }

    private long pid(Identity identity) {
        return Ending.pid(folder(), identity);
    }

    private Duration grace(Identity identity) {
        try {
            return Duration.ofSeconds(Statuses.number(ask(identity, Map.of("ask", "status")), "grace_s"));
        } catch (UnansweredException e) {
            return Ending.USUAL_GRACE;
        }
    }
}
