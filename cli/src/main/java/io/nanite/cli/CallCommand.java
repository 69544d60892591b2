package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Service;
import io.nanite.mapper.CallOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What asking and pushing have in common: a payload, and how it travels. */
abstract class CallCommand extends RoutedCommand {

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PAYLOAD",
            description = "JSON, or any text that is none: hello, 42, '{\"w\":3}' (none: null)")
    @Nullable
    String payload;

    @Option(
            names = "--text",
            negatable = true,
            fallbackValue = "true",
            description = "the payload is a text, whatever it looks like")
    boolean text;

    @Option(names = "--timeout", paramLabel = "TIME", description = "for the answer (default: 60s)")
    Duration timeout = Duration.ofSeconds(60);

    @Option(
            names = "--persistent",
            negatable = true,
            fallbackValue = "true",
            description = "keep it through a restart of the broker")
    boolean persistent;

    @Override
    final CallOptions options() {
        if (timeout.isZero()) {
            throw ConfigException.of("--timeout", timeout, "more than 0");
        }
        return super.options().withTimeout(timeout).withPersistent(persistent);
    }

    @Override
    final int run(Loan loan, Service service, CallOptions options) throws InterruptedException {
        return call(loan, service, text ? payload : Json.payload(payload), options);
    }

    /** Makes the call and prints what came of it; returns the exit code. */
    abstract int call(Loan loan, Service service, @Nullable Object payload, CallOptions options)
            throws InterruptedException;
}
