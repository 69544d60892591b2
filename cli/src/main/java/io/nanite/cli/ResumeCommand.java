package io.nanite.cli;

import io.nanite.mapper.Instruction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Has a drained agent take work again. */
@Command(
        name = "resume",
        description = "Has an agent that was drained take work again.",
        footer = {"", "Such as:", "  resume fred"})
final class ResumeCommand extends InstructCommand {

    @Override
    Instruction instruction() {
        return Instruction.RESUME;
    }

    @Override
    void tell(String name, @Nullable Object answer, Duration took) {
        out().println("%s takes work; free slots: %s".formatted(name, answer));
    }
}
