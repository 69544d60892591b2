package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Tags;
import io.nanite.mapper.CallOptions;
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

/** What everything has in common that is about who gets a request: a service, and whom to choose. */
abstract class RoutedCommand implements Callable<Integer> {

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
    Lender lender;

    @Parameters(index = "0", paramLabel = "SERVICE", description = "such as /simple/echo; /simple means /simple/index")
    String service = "";

    @Option(
            names = "--selector",
            completionCandidates = Choices.SelectorNames.class,
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

    @Option(
            names = "--any-tag",
            split = ",",
            paramLabel = "TAG",
            description = "agents with at least one of these; may be given several times")
    Set<String> anyTags = new LinkedHashSet<>();

    @Option(
            names = "--json",
            negatable = true,
            fallbackValue = "true",
            description = "everything that is known, as one line of JSON")
    boolean json;

    @Override
    public final Integer call() throws InterruptedException {
        if (lender == null) {
            throw new IllegalStateException("a call outside nanite-mapper");
        }
        json |= lender.json();
        Service wanted = wanted();
        CallOptions options = options();
        Duration timeout = options.timeout();
        try (Loan loan = lender.lend(timeout, servesAgents())) {
            // Who is there says so within a moment, one sooner than another. Whoever asks for all, or for the least
            // loaded, wants to hear them all.
            Duration patience =
                    loan.patience(timeout == null || timeout.compareTo(DISCOVERY) > 0 ? DISCOVERY : timeout);
            if (!patience.isZero()) {
                loan.mapper().awaitChoice(wanted.path(), options, patience);
                loan.mapper().awaitQuiet(selector.equals(Selectors.ALL) ? QUIET_FOR_ALL : QUIET, DISCOVERY);
            }
            return run(loan, wanted, options);
        }
    }

    private Service wanted() {
        try {
            return Service.parse(service);
        } catch (IllegalArgumentException e) {
            throw ConfigException.of("SERVICE", Printable.of(service), "a path such as /simple/echo");
        }
    }

    /** Whom to choose, and how. */
    CallOptions options() {
        if (!SELECTORS.contains(selector)) {
            throw ConfigException.of("--selector", Printable.of(selector), "one of " + String.join(", ", SELECTORS));
        }
        CallOptions options = CallOptions.DEFAULT
                .withSelector(selector)
                .withTarget(target == null ? null : Names.agent("target", target))
                .withTags(allTags());
        return lender != null && lender.offlineFailsafe() ? options.withOfflineFailsafe(true) : options;
    }

    private Set<String> allTags() {
        Set<String> all = new LinkedHashSet<>(tags);
        if (!anyTags.isEmpty()) {
            try {
                all.add(Tags.any(anyTags));
            } catch (IllegalArgumentException e) {
                throw ConfigException.of("--any-tag", String.join(",", anyTags), "tags without | in them");
            }
        }
        return all;
    }

    /** Whether it does meanwhile what agents ask for: only a command that waits for their work should. */
    boolean servesAgents() {
        return false;
    }

    /** Does what is asked, with a mapper that knows who is there; returns the exit code. */
    abstract int run(Loan loan, Service service, CallOptions options) throws InterruptedException;
}
