package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.NaniteException;
import io.nanite.core.transport.BrokerUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.UsageMessageSpec;

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
            TopCommand.class,
            RabbitconfCommand.class,
            CertCommand.class,
            CompletionCommand.class,
            ServiceCommand.class,
            DoctorCommand.class,
            SoakCommand.class,
            SoakAgentCommand.class,
            SoakMapperCommand.class,
            WarmUpCommand.class
        })
public final class Main implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    private final Map<String, String> environment;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Shutdown shutdown;

    /** Does nothing yet; both writers should flush each line. */
    Main(Map<String, String> environment, PrintWriter out, PrintWriter err, Shutdown shutdown) {
        this.environment = Map.copyOf(environment);
        this.out = out;
        this.err = err;
        this.shutdown = shutdown;
    }

    /** Runs a command and ends the process with its exit code; see the guide for what the codes mean. */
    public static void main(String[] args) {
        System.exit(new Main(System.getenv(), utf8(System.out), utf8(System.err), Shutdown.ofThisProcess()).run(args));
    }

    /** JSON is UTF-8 wherever it is printed, whatever this process is told about its terminal. */
    private static PrintWriter utf8(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    @Override
    public Integer call() {
        common.usage();
        return ExitCode.OK.code();
    }

    Shutdown shutdown() {
        return shutdown;
    }

    @Nullable
    String environment(String name) {
        return environment.get(name);
    }

    int run(String... args) {
        try {
            return commands(args).execute(args);
        } catch (ConfigException e) {
            return complain(e.getMessage(), ExitCode.USAGE);
        }
    }

    /** The commands with all that is set for them elsewhere; throws {@link ConfigException} if that is wrong by its names. */
    CommandLine commands(String... args) {
        CommandLine commands = Commands.typed(this, args);
        Set<String> known = new SettingNames(commands.getCommandSpec(), () -> new CommandLine(this).getCommandSpec());
        Settings settings = Settings.of(environment, known).with(Root.of(environment, args), known);
        Complaints complaints = new Complaints(settings);
        commands.setOut(out);
        commands.setErr(err);
        Converters.register(commands);
        // A payload may well begin with @.
        commands.setExpandAtFiles(false);
        // And an agent may well be called request.
        commands.setAllowSubcommandsAsOptionParameters(true);
        new Failures(complaints, err, shutdown::code).handleIn(commands);
        commands.setExecutionStrategy(new PrintOrRun(settings, complaints, out, err));
        configure(commands, settings);
        return commands;
    }

    static void configure(CommandLine command, IDefaultValueProvider settings) {
        command.setUsageHelpAutoWidth(true);
        // A password is what it is, and may well have ${} in it.
        command.getCommandSpec().interpolateVariables(false);
        command.getCommandSpec().versionProvider(new Version());
        // Commands with a launcher of their own are shown as they are typed.
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_SYNOPSIS, new Synopsis("nanite (nanite-)", "$1"));
        command.setDefaultValueProvider(settings);
        command.getSubcommands().values().forEach(below -> configure(below, settings));
    }

    private int complain(@Nullable String sentence, ExitCode code) {
        err.println(sentence);
        return code.code();
    }

    /** Says why a command failed and returns its exit code; {@code interrupted} is the one for an interruption, null for 1. */
    static int failed(Exception error, PrintWriter err, @Nullable Integer interrupted) {
        if (error instanceof BrokerUnavailable) {
            err.println(error.getMessage() + "; start one with: nanite broker, or say where it is: --host, --port");
            return ExitCode.NO_BROKER.code();
        }
        if (error instanceof NaniteException expected) {
            err.println(expected.getMessage());
            return ExitCode.of(expected).code();
        }
        if (error instanceof InterruptedException) {
            return interrupted == null ? ExitCode.FAILED.code() : interrupted;
        }
        err.println("a defect, please report it: " + error);
        error.printStackTrace(err);
        return ExitCode.INTERNAL.code();
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"nanite " + number() + " (Java " + Runtime.version() + ")"};
        }

        static String number() {
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
