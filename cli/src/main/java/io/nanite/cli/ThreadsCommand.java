package io.nanite.cli;

import io.nanite.mapper.Instruction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Shows what the threads of an agent do. */
@Command(
        name = "threads",
        description = "Shows what the threads of the process do that an agent is in, wherever it runs.",
        footer = {"", "Such as:", "  threads fred"})
final class ThreadsCommand extends InstructCommand {

    @Override
    Instruction instruction() {
        return Instruction.THREADS;
    }

    @Override
    void tell(String name, @Nullable Object answer, Duration took) {
        String.valueOf(answer).lines().forEach(out()::println);
    }
}
