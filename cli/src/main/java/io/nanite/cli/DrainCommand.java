package io.nanite.cli;

import io.nanite.mapper.Instruction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Has an agent take no more work. */
@Command(
        name = "drain",
        description =
                "Has an agent take no more work and leave the fabric; what it has taken it does. Its process stays, for resume.",
        footer = {"", "Such as:", "  drain fred"})
final class DrainCommand extends InstructCommand {

    @Override
    Instruction instruction() {
        return Instruction.DRAIN;
    }

    @Override
    void tell(String name, @Nullable Object answer, Duration took) {
        out().println("%s takes no more work; jobs that run: %s".formatted(name, answer));
    }
}
