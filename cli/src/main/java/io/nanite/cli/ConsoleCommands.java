package io.nanite.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The commands of a console, those that there are without it too among them. One of it for each line. */
@Command(
        name = ConsoleCommands.NAME,
        subcommands = {
            AgentsCommand.class,
            ShowAgentCommand.class,
            ServicesCommand.class,
            RequestCommand.class,
            PushCommand.class,
            ExplainCommand.class,
            JobsCommand.class,
            WhyCommand.class,
            CancelCommand.class,
            WatchCommand.class,
            BenchCommand.class,
            PingCommand.class,
            DrainCommand.class,
            ResumeCommand.class,
            ThreadsCommand.class,
            AgentLogLevelCommand.class,
            SetCommand.class,
            SourceCommand.class,
            EvalCommand.class,
            HistoryCommand.class,
            ClearCommand.class,
            HelpCommand.class,
            ExitCommand.class
        })
final class ConsoleCommands implements Lender {

    static final String NAME = "console";

    private final Session session;

    @Option(
            names = "--offline-failsafe",
            scope = ScopeType.INHERIT,
            negatable = true,
            fallbackValue = "true",
            description = "a call that nobody can serve waits until somebody can")
    boolean offlineFailsafe;

    ConsoleCommands(Session session) {
        this.session = session;
        this.offlineFailsafe = session.offlineFailsafe();
    }

    Session session() {
        return session;
    }

    @Override
    public Loan lend(@Nullable Duration timeout, boolean serves) {
        return session.lend();
    }

    @Override
    public boolean offlineFailsafe() {
        return offlineFailsafe;
    }

    @Override
    public boolean json() {
        return false;
    }
}
