package io.nanite.cli;

import io.nanite.cli.console.Choice;
import io.nanite.cli.console.Front;
import io.nanite.cli.console.Interpreter;
import io.nanite.core.ConfigException;
import io.nanite.core.NaniteException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.Outcomes;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** A console that runs: what its commands share. Commands run on one thread, answers come on the mapper's callback thread. */
final class Session implements AutoCloseable {

    /** How long it takes until everybody has surely said that he is there. */
    private static final Duration DISCOVERY = Duration.ofSeconds(2);

    private static final int INTERRUPTED = 130;

    private final Mapper mapper;
    private final Front front;
    private final Settings settings;
    private final Defaults defaults;
    private final boolean offlineFailsafe;
    private final @Nullable Identity self;
    private final ConsoleJobs jobs = new ConsoleJobs();
    private final TimeSource time = TimeSource.system();
    private final long began = time.nanos();
    private final Interpreter interpreter = new Interpreter(this::commands);
    private @Nullable JavaShell java;

    /** The mapper is its maker's, and so is the front. */
    Session(Mapper mapper, Front front, Settings settings, boolean offlineFailsafe, @Nullable Identity self) {
        this.mapper = mapper;
        this.front = front;
        this.settings = settings;
        this.defaults = new Defaults(settings);
        this.offlineFailsafe = offlineFailsafe;
        this.self = self;
    }

    /** Takes lines until it ends; returns the exit code. */
    int run() {
        return front.run(interpreter, choices());
    }

    /** Has it end soon. Any thread. */
    void end() {
        interpreter.end();
        front.end();
    }

    Mapper mapper() {
        return mapper;
    }

    Front front() {
        return front;
    }

    /** The agent that runs in this process; null if none does. */
    @Nullable
    Identity self() {
        return self;
    }

    Interpreter interpreter() {
        return interpreter;
    }

    Defaults defaults() {
        return defaults;
    }

    ConsoleJobs jobs() {
        return jobs;
    }

    TimeSource time() {
        return time;
    }

    boolean offlineFailsafe() {
        return offlineFailsafe;
    }

    /** What evaluates Java here. Throws {@link ConfigException} if this runtime has nothing that does. */
    JavaShell java() {
        if (java == null) {
            if (ModuleLayer.boot().findModule("jdk.jshell").isEmpty()) {
                throw ConfigException.of("eval", System.getProperty("java.home"), "a JDK, with the module jdk.jshell");
            }
            java = new JavaShell(mapper);
        }
        return java;
    }

    @Override
    public void close() {
        if (java != null) {
            java.close();
        }
    }

    /** The commands, made anew for each line. */
    CommandLine commands() {
        CommandLine commands = new CommandLine(new ConsoleCommands(this));
        PrintWriter out = front.screen().out();
        PrintWriter err = front.screen().err();
        commands.setOut(out);
        commands.setErr(err);
        Converters.register(commands);
        commands.setExpandAtFiles(false);
        commands.setAllowSubcommandsAsOptionParameters(true);
        new Failures(new Complaints(settings), err, () -> INTERRUPTED).handleIn(commands);
        Main.configure(commands, defaults);
        commands.getSubcommands().values().forEach(command -> command.getHelpSectionMap()
                .put(UsageMessageSpec.SECTION_KEY_SYNOPSIS, new Synopsis(ConsoleCommands.NAME + " ", "")));

        return commands;
    }

    /** What the labels of flags and arguments stand for now. */
    private Map<String, Supplier<Collection<Choice>>> choices() {
        return Map.of(
                "SERVICE", this::services,
                "AGENT", this::agents,
                "TAG", this::tags,
                "TOKEN", this::tokens,
                "SETTING", this::names);
    }

    private Collection<Choice> services() {
        return mapper.services().entrySet().stream()
                .map(service -> new Choice(service.getKey().path(), ServicesCommand.counted(service.getValue())))
                .toList();
    }

    private Collection<Choice> agents() {
        return mapper.agents().stream()
                .map(agent -> new Choice(
                        agent.identity().name(),
                        "%d services".formatted(agent.services().size())))
                .toList();
    }

    private Collection<Choice> tags() {
        return mapper.agents().stream()
                .flatMap(agent -> agent.tags().stream())
                .distinct()
                .sorted()
                .map(Choice::of)
                .toList();
    }

    private Collection<Choice> tokens() {
        return jobs.all().stream()
                .map(entry -> new Choice(entry.token().value(), entry.service().path()))
                .toList();
    }

    private Collection<Choice> names() {
        return SetCommand.names(commands()).keySet().stream().map(Choice::of).toList();
    }

    /** The mapper of this console, lent to a command. */
    Loan lend() {
        return new Loan() {

            @Override
            public Mapper mapper() {
                return mapper;
            }

            @Override
            public Duration patience(Duration atMost) {
                Duration left = DISCOVERY.minusNanos(time.nanos() - began);
                return left.isNegative() ? Duration.ZERO : left.compareTo(atMost) < 0 ? left : atMost;
            }

            @Override
            public int follow(Service service, Job job, ToIntFunction<Outcomes> printer) throws InterruptedException {
                jobs.add(new ConsoleJobs.Entry(time.now(), service, job));
                if (interpreter.isScripted() || job.isDone()) {
                    return await(job, printer);
                }
                PrintWriter err = front.screen().err();
                var unused = job.outcomes().whenComplete((outcomes, error) -> {
                    if (outcomes != null) {
                        interpreter.failed(printer.applyAsInt(outcomes));
                    } else {
                        interpreter.failed(Main.failed(cause(error), err, INTERRUPTED));
                    }
                });
                return ExitCode.OK.code();
            }

            @Override
            public void close() {}
        };
    }

    private static int await(Job job, ToIntFunction<Outcomes> printer) throws InterruptedException {
        try {
            return printer.applyAsInt(Loan.ended(job));
        } catch (InterruptedException e) {
            job.cancel();
            throw e;
        }
    }

    private static Exception cause(@Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException wrapped ? wrapped.getCause() : error;
        return cause instanceof NaniteException known ? known : new IllegalStateException(cause);
    }
}
