package io.nanite.cli;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Pushed;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Gives work away, and ends when the broker has it. */
@Command(
        name = "push",
        description = "Gives agents work that wants no answer. Ends when the broker has it, and prints who gets it.",
        footer = {"", "Such as:", "  push /simple/echo hello", "  push /logs/rotate --selector all --persistent"})
final class PushCommand extends CallCommand {

    @Override
    int call(Loan loan, Service service, @Nullable Object payload, CallOptions options) throws InterruptedException {
        Pushed pushed;
        try {
            pushed = loan.mapper()
                    .push(service, payload, options)
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NaniteException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
        List<String> agents = pushed.agents().stream().map(Identity::name).toList();
        if (json) {
            common.out().println(Json.line(Map.of("token", pushed.token().value(), "agents", agents)));
        } else {
            common.out()
                    .println(
                            pushed.parked()
                                    ? "nobody can do it now: it waits offline"
                                    : "pushed to " + String.join(", ", agents));
        }
        return ExitCode.OK.code();
    }
}
