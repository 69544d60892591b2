package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.selector.Selectors;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What asking and pushing have in common: a service, a payload, and whom to choose. */
abstract class CallCommand implements Callable<Integer> {

    /** How long agents may take to say that they are there, before it is said that nobody is. */
    private static final Duration DISCOVERY = Duration.ofSeconds(2);

    private static final Duration QUIET = Duration.ofMillis(100);

    /** Whom this misses is not asked: better a little late. */
    private static final Duration QUIET_FOR_ALL = Duration.ofMillis(400);

    private static final List<String> SELECTORS =
            List.of(Selectors.LEAST_LOADED, Selectors.RANDOM, Selectors.ROUND_ROBIN, Selectors.ALL);

    @Mixin
    CommonOptions common = new CommonOptions();

    @ParentCommand
    @Nullable
    MapperCommand mapper;

    @Parameters(index = "0", paramLabel = "SERVICE", description = "such as /simple/echo; /simple means /simple/index")
    String service = "";

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

    @Option(
            names = "--selector",
            paramLabel = "NAME",
            description = "least_loaded, random, rr or all (default: least_loaded)")
    String selector = Selectors.LEAST_LOADED;

    @Option(names = "--target", paramLabel = "AGENT", description = "this agent or nobody")
    @Nullable
    String target;

    @Option(
            names = {"--tag", "--tags"},
            split = ",",
            paramLabel = "TAG",
            description = "agents with all of these; may be given several times")
    Set<String> tags = new LinkedHashSet<>();

    @Option(names = "--timeout", paramLabel = "TIME", description = "for the answer (default: 60s)")
    Duration timeout = Duration.ofSeconds(60);

    @Option(
            names = "--persistent",
            negatable = true,
            fallbackValue = "true",
            description = "keep it through a restart of the broker")
    boolean persistent;

    @Option(
            names = "--json",
            negatable = true,
            fallbackValue = "true",
            description = "everything that is known, as one line of JSON")
    boolean json;

    @Override
    public final Integer call() throws InterruptedException {
        if (mapper == null) {
            throw new IllegalStateException("a call outside nanite-mapper");
        }
        Logging.level(mapper.broker.logLevel, Level.WARN);
        Service wanted = wanted();
        CallOptions options = options();
        try (Mapper running = mapper.start(timeout, false)) {
            // Who is there says so within a moment; who asks for all, or for the least loaded, wants to hear them all.
            running.awaitService(wanted.path(), 1, timeout.compareTo(DISCOVERY) < 0 ? timeout : DISCOVERY);
            running.awaitQuiet(selector.equals(Selectors.ALL) ? QUIET_FOR_ALL : QUIET, DISCOVERY);
            return call(running, wanted, text ? payload : Json.payload(payload), options);
        }
    }

    private Service wanted() {
        try {
            return Service.parse(service);
        } catch (IllegalArgumentException e) {
            throw ConfigException.of("SERVICE", Printable.of(service), "a path such as /simple/echo");
        }
    }

    private CallOptions options() {
        if (timeout.isZero()) {
            throw ConfigException.of("--timeout", timeout, "more than 0");
        }
        if (!SELECTORS.contains(selector)) {
            throw ConfigException.of("--selector", Printable.of(selector), "one of " + String.join(", ", SELECTORS));
        }
        CallOptions options = CallOptions.DEFAULT
                .withSelector(selector)
                .withTarget(target == null ? null : Names.agent("target", target))
                .withTags(tags)
                .withTimeout(timeout)
                .withPersistent(persistent);
        return mapper != null && mapper.offlineFailsafe ? options.withOfflineFailsafe(true) : options;
    }

    /** Makes the call and prints what came of it; returns the exit code. */
    abstract int call(Mapper mapper, Service service, @Nullable Object payload, CallOptions options)
            throws InterruptedException;
}
