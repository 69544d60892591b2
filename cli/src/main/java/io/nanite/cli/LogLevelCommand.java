package io.nanite.cli;

import io.nanite.core.packet.Identity;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes how much a process of this machine logs, until it ends. */
@Command(name = "log-level", description = "Changes how much one that runs here logs, until it ends.")
final class LogLevelCommand extends LocalCommand {

    @Parameters(index = "0", paramLabel = "LEVEL", description = "fatal, error, warn, info, debug or trace")
    String level = "";

    @Option(
            names = "--logger",
            paramLabel = "NAME",
            description = "of this logger and those below it, such as com.rabbitmq (default: all of Nanite)")
    @Nullable
    String logger;

    @Override
    int run() {
        Logging.named(level);
        Identity identity = one();
        Map<String, @Nullable Object> question = new LinkedHashMap<>();
        question.put("ask", "log-level");
        question.put("level", level);
        question.put("logger", logger);
        Map<String, @Nullable Object> answer = ask(identity, question);
        common.out()
                .printf(
                        "%s: %s is %s, and was %s%n",
                        identity, answer.get("logger"), answer.get("level"), answer.get("before"));
        return ExitCode.OK.code();
    }
}
