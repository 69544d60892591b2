package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.NaniteException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;

/** Where every command begins: finds the settings, runs the command, and turns what goes wrong into one line and a code. */
@Command(
        name = "nanite",
        description = "A self-assembling fabric of worker daemons.",
        versionProvider = Main.Version.class,
        subcommands = {
            DemoCommand.class,
            BrokerCommand.class,
            AgentCommand.class,
            MapperCommand.class,
            AdminCommand.class,
            RabbitconfCommand.class,
            WarmUpCommand.class
        })
public final class Main implements Callable<Integer> {

    @Mixin
    HelpOptions help = new HelpOptions();

    private final Map<String, String> environment;
    private @Nullable Settings settings;

    Main(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Runs a command and ends the process with its exit code; see the guide for what the codes mean. */
    public static void main(String[] args) {
        System.exit(new Main(System.getenv()).run(args));
    }

    @Override
    public Integer call() {
        CommandLine.usage(this, System.out);
        return ExitCode.OK.code();
    }

    int run(String... args) {
        CommandLine commands = new CommandLine(this);
        commands.registerConverter(java.time.Duration.class, new Durations());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        configure(commands);
        commands.setParameterExceptionHandler((error, arguments) -> complain(error.getCommandLine(), message(error)));
        commands.setExecutionExceptionHandler((error, command, result) -> failed(error));
        try {
            Set<String> known = Settings.names(commands.getCommandSpec());
            settings = Settings.of(environment, known).with(root(args), known);
            defaults(commands, settings);
            return commands.execute(args);
        } catch (ConfigException e) {
            return complain(commands, String.valueOf(e.getMessage()));
        }
    }

    private static void configure(CommandLine command) {
        command.setUsageHelpAutoWidth(true);
        command.getCommandSpec().versionProvider(new Version());
        command.getSubcommands().values().forEach(Main::configure);
    }

    private static void defaults(CommandLine command, Settings settings) {
        command.setDefaultValueProvider(settings);
        command.getSubcommands().values().forEach(below -> defaults(below, settings));
    }

    /** The folder whose config.yml counts: what the flag says, before anything else can be read. */
    private Path root(String... args) {
        for (int i = 0; i < args.length; i++) {
            if ((args[i].equals("-n") || args[i].equals("--nanite")) && i + 1 < args.length) {
                return Path.of(args[i + 1]);
            }
            if (args[i].startsWith("--nanite=")) {
                return Path.of(args[i].substring("--nanite=".length()));
            }
        }
        return Path.of(environment.getOrDefault("NANITE_NANITE", ""));
    }

    private String message(ParameterException error) {
        ArgSpec argument = error.getArgSpec();
        String origin = argument == null || settings == null ? null : settings.origin(argument);
        String message = String.valueOf(error.getMessage()).lines().findFirst().orElse("wrong usage");
        return origin == null ? message : origin + ": " + message;
    }

    private static int complain(CommandLine command, String sentence) {
        PrintWriter err = command.getErr();
        err.println(sentence);
        err.flush();
        return ExitCode.USAGE.code();
    }

    private static int failed(Exception error) {
        if (error instanceof NaniteException expected) {
            ExitCode code = ExitCode.of(expected);
            System.err.println(expected.getMessage());
            if (code == ExitCode.NO_BROKER && expected instanceof io.nanite.core.transport.BrokerUnavailable) {
                System.err.println("start one: nanite broker; or say where it is: --host, --port");
            }
            return code.code();
        }
        if (error instanceof InterruptedException) {
            return ExitCode.FAILED.code();
        }
        System.err.println("a defect, please report it: " + error);
        error.printStackTrace(System.err);
        return ExitCode.INTERNAL.code();
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"nanite " + number() + " (Java " + Runtime.version() + ")"};
        }

        private static String number() {
            try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
                Properties properties = new Properties();
                if (in != null) {
                    properties.load(in);
                }
                return properties.getProperty("version", "unknown");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
