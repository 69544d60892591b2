package io.nanite.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Commands in this JVM, with an environment of their own and somebody who keeps what they say. Immutable. */
record Cli(Map<String, String> environment) {

    /** How a command ended. */
    record Ended(int code, String out, String err) {}

    /** Nothing set. */
    static Cli plain() {
        return new Cli(Map.of());
    }

    /** Which agents and mappers find this broker, as the walk-through's users. */
    static Cli at(String amqpUri) {
        Address address = Address.of(amqpUri);
        return plain().with("NANITE_HOST", address.host())
                .with("NANITE_PORT", address.port())
                .with("NANITE_VHOST", address.vhost());
    }

    Cli with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put(name, value);
        return new Cli(more);
    }

    Cli in(Path root) {
        return with("NANITE_NANITE", root.toString());
    }

    Ended run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new Main(environment, new PrintWriter(out, true), new PrintWriter(err, true), Shutdown.never())
                .run(args);
        return new Ended(code, out.toString(), err.toString());
    }

    /** All that can be set for a command. */
    List<OptionSpec> options(String command) {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        CommandLine commands = new Main(environment, nowhere, nowhere, Shutdown.never()).commands(command);
        return Objects.requireNonNull(commands.getSubcommands().get(command)).getCommandSpec().options().stream()
                .filter(Settings::isSetting)
                .toList();
    }

    /** What an option would be, if the command ran: the value of its field. */
    @Nullable
    Object value(String option, String... args) {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        CommandLine commands = new Main(environment, nowhere, nowhere, Shutdown.never()).commands(args);
        commands.parseArgs(args);
        return Objects.requireNonNull(commands.getSubcommands().get(args[0]))
                .getCommandSpec()
                .findOption(option)
                .getValue();
    }
}
