package io.nanite.cli;

import io.nanite.mapper.Instruction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Asks whether an agent is there. */
@Command(
        name = "ping",
        description = "Asks an agent whether it is there, past its work, and shows how long the answer took.",
        footer = {"", "Such as:", "  ping fred"})
final class PingCommand extends InstructCommand {

    @Override
    Instruction instruction() {
        return Instruction.PING;
    }

    @Override
    void tell(String name, @Nullable Object answer, Duration took) {
        out().println("%s is %s: %s".formatted(name, plain(String.valueOf(answer)), readable(took)));
    }
}
