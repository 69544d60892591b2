package io.nanite.cli;

import io.nanite.mapper.Instruction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Has an agent's log say more, or less. */
@Command(
        name = "loglevel",
        description = "Has the log of the process that an agent is in say more, or less, from now on.",
        footer = {"", "Such as:", "  loglevel fred debug"})
final class AgentLogLevelCommand extends InstructCommand {

    @Parameters(index = "1", paramLabel = "LEVEL", description = "fatal, error, warn, info, debug or trace")
    String level = "";

    @Override
    Instruction instruction() {
        return Instruction.logLevel(level);
    }

    @Override
    void tell(String name, @Nullable Object answer, Duration took) {
        out().println("%s logs at %s".formatted(name, plain(String.valueOf(answer))));
    }
}
