package io.nanite.admin;

import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.mapper.Call;
import io.nanite.mapper.CallEnd;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.RequestInterceptor;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last requests and pushes of a mapper, with payloads that are not large. Written without a lock by who calls the
 * mapper; what is oldest is forgotten. Safe for use by many threads.
 */
final class RequestLog implements RequestInterceptor {

    /** A power of two. */
    static final int SIZE = 1024;

    /** Larger payloads, as JSON, are not remembered: so all together have at most 16 MiB. */
    static final int MOST_PAYLOAD_BYTES = 16 * 1024;

    private final TimeSource time;
    private final Function<Token, Set<Identity>> whom;
    private final AtomicReferenceArray<@Nullable Row> rows = new AtomicReferenceArray<>(SIZE);
    private final AtomicLong next = new AtomicLong();
    private volatile boolean closed;

    /** {@code whom} says to which agents one that is open was sent. */
    RequestLog(TimeSource time, Function<Token, Set<Identity>> whom) {
        this.time = time;
        this.whom = whom;
    }

    @Override
    public Call before(Call call) {
        if (!closed) {
            long number = next.getAndIncrement();
            Row row = new Row(number, call, time.now().truncatedTo(ChronoUnit.MILLIS));
            rows.set((int) (number & (SIZE - 1)), row);
            call.onEnd(row::end);
        }
        return call;
    }

    /** Remembers nothing from now on. */
    void close() {
        closed = true;
    }

    /** Newest first. */
    List<Answers.RequestLine> newest(int most) {
        return newestRows().limit(most).map(Row::line).toList();
    }

    /** All that match, newest first. */
    List<Answers.RequestLine> matching(RequestFilter filter) {
        return newestRows()
                .map(row -> Optional.of(row.line())
                        .filter(line ->
                                filter.matches(line, filter.q() == null ? null : row.payloadText(), () -> whom(row))))
                .flatMap(Optional::stream)
                .toList();
    }

    private Set<String> whom(Row row) {
        return row.ended == null
                ? whom.apply(row.token).stream().map(Identity::name).collect(Collectors.toSet())
                : Set.of();
    }

    Optional<Answers.RequestLine> find(Token token) {
        return row(token).map(Row::line);
    }

    /** What was asked for, if it is remembered. */
    Optional<Asked> asked(Token token) {
        return row(token).map(Row::asked);
    }

    private Optional<Row> row(Token token) {
        return newestRows().filter(row -> row.token.equals(token)).findFirst();
    }

    /**
     * What was asked for.
     *
     * @param payload as JSON; null if it was too large to be remembered
     */
    record Asked(
            Service service,
            boolean push,
            CallOptions options,
            @Nullable Bytes payload) {

        /** As plain data; null also if it is not known. */
        @Nullable
        Object value() {
            return payload == null ? null : Json.value(payload);
        }
    }

    /** What has begun or ended since the last time that it was asked; newest first. One thread at a time. */
    List<Answers.RequestLine> changes() {
        List<Answers.RequestLine> changes = new ArrayList<>();
        newestRows().forEach(row -> {
            int version = row.version();
            if (row.told != version) {
                row.told = version;
                changes.add(row.line());
            }
        });
        return changes;
    }

    private Stream<Row> newestRows() {
        long end = next.get();
        return Stream.iterate(end - 1, number -> number >= 0 && number >= end - SIZE, number -> number - 1)
                .map(number -> Optional.ofNullable(rows.get((int) (number & (SIZE - 1))))
                        .filter(row -> row.number == number))
                .flatMap(Optional::stream);
    }

    /** One request. */
    private static final class Row {

        final long number;
        final Token token;
        private final Asked asked;
        private final Instant at;
        private volatile @Nullable Ended ended;

        /** Which version was told last; of the thread that asks for changes. */
        int told;

        Row(long number, Call call, Instant at) {
            this.number = number;
            this.at = at;
            token = call.token();
            asked = new Asked(
                    call.service(),
                    !call.wantsAnswer(),
                    call.options(),
                    Json.bytes(call.payload().value(), MOST_PAYLOAD_BYTES));
        }

        Asked asked() {
            return asked;
        }

        @Nullable
        String payloadText() {
            Bytes payload = asked.payload();
            return payload == null ? null : payload.utf8();
        }

        void end(CallEnd end) {
            ended = Ended.of(end);
        }

        int version() {
            return ended == null ? 1 : 2;
        }

        Answers.RequestLine line() {
            Ended how = ended;
            CallOptions options = asked.options();
            return new Answers.RequestLine(
                    token.value(),
                    asked.service().path(),
                    asked.push(),
                    options.selector(),
                    options.target() == null ? null : options.target().name(),
                    at,
                    how == null ? "open" : how.ok ? "ok" : "failed",
                    how == null ? null : how.took.toNanos() / 1000,
                    how == null ? Map.of() : how.verdicts,
                    how == null ? List.of() : how.outcomes,
                    how == null ? null : how.error);
        }
    }

    /** How a request ended, without what was answered. */
    private record Ended(
            boolean ok,
            Duration took,
            Map<String, Integer> verdicts,
            List<Answers.AgentOutcome> outcomes,
            @Nullable String error) {

        static Ended of(CallEnd end) {
            if (end.outcomes() == null) {
                return new Ended(end.ok(), end.took(), Map.of(), List.of(), Sent.words(end.error()));
            }
            return new Ended(
                    end.ok(),
                    end.took(),
                    Answers.verdicts(end.outcomes()),
                    end.outcomes().byAgent().entrySet().stream()
                            .limit(Answers.MOST_LISTED)
                            .map(entry -> {
                                Outcome outcome = entry.getValue();
                                Outcome.@Nullable Failure failure =
                                        outcome instanceof Outcome.Failure failed ? failed : null;
                                return new Answers.AgentOutcome(
                                        entry.getKey().name(),
                                        outcome.verdict().name(),
                                        failure == null ? null : failure.kind(),
                                        failure == null ? null : failure.message());
                            })
                            .toList(),
                    null);
        }
    }
}
