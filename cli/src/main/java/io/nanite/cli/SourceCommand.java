package io.nanite.cli;

import io.nanite.core.ConfigException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Does what a file says. */
@Command(
        name = "source",
        description = "Does what the lines of a file say, one behind the other.",
        footer = {"", "Such as:", "  source morning.txt"})
final class SourceCommand extends ConsoleCommand {

    @Parameters(index = "0", paramLabel = "FILE", description = "with commands as they are typed")
    Path file = Path.of("");

    @Override
    ExitCode run(Session session) {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int code = session.interpreter().executeAll(lines);
            return code == 0 ? ExitCode.OK : ExitCode.FAILED;
        } catch (IOException e) {
            throw ConfigException.of("FILE", file, "a text file that can be read");
        }
    }
}
