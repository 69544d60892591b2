package io.nanite.cli;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.Instruction;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** Tells one agent to do something with itself. */
abstract class InstructCommand extends ConsoleCommand {

    @Parameters(index = "0", paramLabel = "AGENT", description = "its name")
    String agent = "";

    @Override
    final ExitCode run(Session session) throws InterruptedException, ExecutionException {
        Identity name = Names.agent("AGENT", agent);
        TimeSource time = session.time();
        long asked = time.nanos();
        Outcome outcome = session.mapper()
                .instruct(name, instruction())
                .toCompletableFuture()
                .get();
        Duration took = Duration.ofNanos(time.nanos() - asked);
        if (outcome instanceof Outcome.Failure failure) {
            common.err()
                    .println("%s: %s: %s: %s"
                            .formatted(
                                    name.name(), failure.verdict(), plain(failure.kind()), plain(failure.message())));
            return failure.verdict() == Verdict.LOST ? ExitCode.NO_AGENT : ExitCode.FAILED;
        }
        Object value =
                outcome instanceof Outcome.Success success ? success.payload().value() : null;
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("agent", name.name());
        all.put("answer", value);
        all.put("millis", took.toNanos() / 1e6);
        print(all, () -> tell(name.name(), value, took));
        return ExitCode.OK;
    }

    /** What it is told. */
    abstract Instruction instruction();

    /** Prints the answer for people. */
    abstract void tell(String name, @Nullable Object answer, Duration took);
}
