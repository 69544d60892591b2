package io.nanite.cli;

import io.nanite.cli.console.WholeLine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Evaluates Java. */
@Command(
        name = "eval",
        description =
                "Evaluates Java: an expression, or statements. The mapper of this console is called mapper; what is "
                        + "declared stays.",
        footer = {"", "Such as:", "  eval mapper.agents().size()", "  eval var busy = mapper.tally()"})
final class EvalCommand extends ConsoleCommand implements WholeLine {

    @Parameters(index = "0", arity = "0..1", paramLabel = "EXPRESSION", description = "Java, as it is")
    @Nullable
    String expression;

    @Override
    ExitCode run(Session session) {
        if (expression == null) {
            common.usage();
            return ExitCode.OK;
        }
        JavaShell.Evaluated evaluated = session.java().evaluate(expression);
        evaluated.complaints().forEach(common.err()::println);
        String value = evaluated.value();
        if (value != null) {
            print(value, () -> out().println(value));
        }
        return evaluated.complaints().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
}
