package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows what the console can do. */
@Command(
        name = "help",
        description = "Shows the commands; with one of them what it takes, and examples.",
        footer = {"", "Such as:", "  help", "  help request"})
final class HelpCommand extends ConsoleCommand {

    @Parameters(index = "0", arity = "0..1", paramLabel = "COMMAND", description = "one of the commands")
    @Nullable
    String command;

    @Override
    ExitCode run(Session session) {
        Map<String, CommandLine> commands = session.commands().getSubcommands();
        if (command == null) {
            print(List.copyOf(commands.keySet()), () -> all(commands));
            return ExitCode.OK;
        }
        CommandLine wanted = commands.get(command);
        if (wanted == null) {
            throw ConfigException.of(
                    "COMMAND", Printable.of(command), "such as " + Nearest.to(command, commands.keySet()));
        }
        print(wanted.getUsageMessage(), () -> wanted.usage(out()));
        return ExitCode.OK;
    }

    private void all(Map<String, CommandLine> commands) {
        List<CommandLine> shown = new ArrayList<>();
        commands.values().forEach(each -> {
            if (!shown.contains(each)) {
                shown.add(each);
            }
        });
        for (CommandLine each : shown) {
            out().println("  %-10s %s".formatted(each.getCommandName(), CompletionModel.about(each)));
        }
        out().println("");
        out().println("help COMMAND shows what one takes. The Tab key completes. The lines of the original work too:");
        out().println("  request('/simple/echo', 'hi', :selector => :all) {|res| p res }");
    }
}
