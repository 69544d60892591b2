package io.nanite.admin;

import io.nanite.core.NaniteException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Printable;
import io.nanite.core.transport.Source;
import io.nanite.mapper.Mapper;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the broker now and then, on a loop of its own that may wait for it, and remembers what it saw. Any thread. */
final class BrokerWatch implements AutoCloseable {

    static final Duration LOOK = Duration.ofSeconds(5);
    static final String LETTERS = "dead-letter";
    static final String OFFLINE = "mapper-offline";

    private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);
    private static final int MOST_AGENTS = 200;
    private static final int MOST_WAITING = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern FILES = Pattern.compile("files\\..*|.*\\.files");

    private final Mapper mapper;
    private final BrokerDesk desk;
    private final EventLoop loop;
    private final BooleanSupplier connected;
    private final Supplier<@Nullable String> blocked;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile @Nullable Sight sight;
    private boolean failed;

    /** What was seen, and when; {@code trouble} is why the last look failed. */
    private record Sight(
            Instant at, BrokerReport report, @Nullable String trouble) {}

    BrokerWatch(
            Mapper mapper,
            BrokerDesk desk,
            EventLoop loop,
            BooleanSupplier connected,
            Supplier<@Nullable String> blocked) {
        this.mapper = mapper;
        this.desk = desk;
        this.loop = loop;
        this.connected = connected;
        this.blocked = blocked;
    }

    void start() {
        loop.execute(this::look);
        loop.every(LOOK, this::look);
    }

    private void look() {
        Sight before = sight;
        try {
            BrokerReport report = desk.report(names());
            sight = new Sight(loop.time().now().truncatedTo(ChronoUnit.MILLIS), report, null);
            failed = false;
        } catch (NaniteException e) {
            if (!failed) {
                LOG.warn("the broker cannot be looked at: {}", Printable.of(String.valueOf(e.getMessage())));
            }
            failed = true;
            sight = before == null ? null : new Sight(before.at(), before.report(), String.valueOf(e.getMessage()));
        }
    }

    private List<String> names() {
        List<String> names = new ArrayList<>(List.of(
                Source.requests(1).queue(), OFFLINE, LETTERS, mapper.identity().value()));
        mapper.agents().stream()
                .limit(MOST_AGENTS)
                .map(agent -> agent.identity().value())
                .forEach(names::add);
        return names;
    }

    /** What was seen last. Throws {@link ProblemException} if nothing was. */
    Answers.Queues queues() {
        Sight seen = sight;
        if (seen == null) {
            throw new ProblemException(503, "the broker was not seen yet (expected: in a few seconds)");
        }
        BrokerReport report = seen.report();
        return new Answers.Queues(
                seen.at(),
                report.source(),
                new Answers.Broker(
                        report.product(),
                        report.version(),
                        connected.getAsBoolean() && seen.trouble() == null,
                        alarms(),
                        report.nodes()),
                report.queues().stream().map(BrokerWatch::line).toList(),
                report.drift());
    }

    private static Answers.Queue line(BrokerReport.Depth depth) {
        Integer unacked = depth.unacked();
        return new Answers.Queue(
                depth.name(),
                role(depth.name()),
                depth.ready(),
                unacked,
                depth.consumers(),
                depth.oldestSeconds(),
                depth.ready() == 0 && (unacked == null || unacked == 0));
    }

    static String role(String queue) {
        if (queue.equals(LETTERS)) {
            return "parking";
        }
        if (queue.equals(OFFLINE)) {
            return "offline";
        }
        if (queue.equals("request")) {
            return "requests";
        }
        if (queue.endsWith(".control")) {
            return "control";
        }
        if (queue.endsWith(".presence")) {
            return "presence";
        }
        if (FILES.matcher(queue).matches()) {
            return "files";
        }
        if (queue.indexOf('.') >= 0) {
            return "other";
        }
        return queue.startsWith("nanite-") ? "work" : queue.startsWith("mapper-") ? "replies" : "other";
    }

    /** What is wrong with the broker, as far as is known. */
    List<String> alarms() {
        List<String> alarms = new ArrayList<>();
        String reason = blocked.get();
        if (reason != null) {
            alarms.add("it takes nothing: " + Printable.of(reason));
        }
        Sight seen = sight;
        if (seen != null && seen.trouble() == null) {
            seen.report().alarms().stream().map(Printable::of).forEach(alarms::add);
        }
        return alarms;
    }

    /** How much waits in a queue; null if nobody can say. */
    @Nullable
    Integer ready(String queue) {
        Sight seen = sight;
        return seen == null || seen.trouble() != null
                ? null
                : seen.report().queues().stream()
                        .filter(each -> each.name().equals(queue))
                        .findFirst()
                        .map(BrokerReport.Depth::ready)
                        .orElse(0);
    }

    /** Has something done at the desk when its turn comes. */
    <T> CompletableFuture<T> ask(Function<BrokerDesk, T> question) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new ProblemException(503, "%d wait for the broker (expected: fewer)".formatted(MOST_WAITING)));
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                answer.complete(question.apply(desk));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, error) -> waiting.decrementAndGet());
    }

    /** Runs a task when the desk is free, a moment later. */
    void soon(Duration delay, Runnable task) {
        loop.after(delay, task);
    }

    BrokerDesk desk() {
        return desk;
    }

    @Override
    public void close() {
        loop.close();
        desk.close();
    }
}
