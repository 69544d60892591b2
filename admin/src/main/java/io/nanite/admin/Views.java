package io.nanite.admin;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Incident;
import io.nanite.mapper.Mapper;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What can be looked at, as the API says it and pages show it. On the server's threads, which wait for no agent and no broker. */
final class Views {

    private final Mapper mapper;
    private final Fleet fleet;
    private final RequestLog log;
    private final ServiceBook book;
    private final BooleanSupplier connected;
    private final @Nullable BrokerWatch broker;
    private final Supplier<@Nullable String> blocked;
    private final TimeSource time;

    private final UnreadWatch unread = new UnreadWatch();

    Views(
            Mapper mapper,
            Fleet fleet,
            RequestLog log,
            ServiceBook book,
            BooleanSupplier connected,
            @Nullable BrokerWatch broker,
            Supplier<@Nullable String> blocked,
            TimeSource time) {
        this.mapper = mapper;
        this.fleet = fleet;
        this.log = log;
        this.book = book;
        this.connected = connected;
        this.broker = broker;
        this.blocked = blocked;
        this.time = time;
    }

    Instant now() {
        return time.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** The name of the mapper that sees it so. */
    String mapper() {
        return mapper.identity().name();
    }

    Answers.Judgement verdict() {
        Instant at = now();
        return Judge.judge(new FabricState(
                at,
                connected.getAsBoolean(),
                alarms(),
                fleet.members(at),
                unread.recent(mapper.unread(), at),
                book.lastMinute(),
                broker == null ? null : broker.ready(BrokerWatch.LETTERS),
                broker == null ? null : broker.ready(BrokerWatch.OFFLINE)));
    }

    private List<String> alarms() {
        if (broker != null) {
            return broker.alarms();
        }
        String reason = blocked.get();
        return reason == null ? List.of() : List.of("it takes nothing: " + Printable.of(reason));
    }

    Answers.Tally tally() {
        return Answers.Tally.of(mapper);
    }

    Answers.Agents agents(AgentFilter filter) {
        Instant at = now();
        return new Answers.Agents(
                at,
                fleet.members(at).stream()
                        .filter(filter::matches)
                        .map(Fleet.Member::line)
                        .toList(),
                fleet.quarantined());
    }

    Answers.AgentDetail agent(String name) {
        Instant at = now();
        Fleet.Member member = fleet.find(name, at)
                .orElseThrow(() -> new ProblemException(
                        404,
                        "agent: %s (expected: one that is alive, or was not long ago)".formatted(Printable.of(name))));
        return Answers.AgentDetail.of(member, at);
    }

    Answers.Services services() {
        return new Answers.Services(now(), serviceLines());
    }

    /** By path. */
    List<Answers.ServiceLine> serviceLines() {
        Map<String, ServiceBook.Figures> figures = book.all();
        Map<String, Answers.ServiceLine> lines = new TreeMap<>();
        mapper.services().forEach((service, agents) -> {
            String path = service.path();
            lines.put(path, Answers.ServiceLine.of(path, agents, figures.getOrDefault(path, ServiceBook.Figures.NONE)));
        });
        return List.copyOf(lines.values());
    }

    Answers.ServiceDetail service(Service service) {
        Instant at = now();
        List<Answers.Agent> offering = fleet.members(at).stream()
                .filter(member ->
                        member.departure() == null && member.view().services().contains(service))
                .map(Fleet.Member::line)
                .toList();
        ServiceBook.Figures figures = book.of(service.path());
        if (offering.isEmpty() && figures.requests() == 0) {
            throw new ProblemException(404, "service: %s (expected: one that an agent offers)".formatted(service));
        }
        return new Answers.ServiceDetail(
                at,
                service.path(),
                offering,
                figures.requests(),
                figures.errors(),
                figures.p50(),
                figures.p95(),
                figures.p99(),
                figures.ratePerSecond(),
                book.byAgent(service.path()));
    }

    Answers.Explained explain(Service service, CallOptions options) {
        return Answers.Explained.of(mapper.explain(service.path(), options), now());
    }

    Answers.Requests requests(RequestFilter filter) {
        List<Answers.RequestLine> matching = log.matching(filter);
        List<Answers.RequestLine> shown = matching.subList(0, Math.min(matching.size(), filter.limit()));
        return new Answers.Requests(now(), shown, matching.size(), shown.size() < matching.size());
    }

    Answers.Why request(Token token) {
        Optional<Answers.RequestLine> request = log.find(token);
        List<Incident> incidents = mapper.why(token);
        if (request.isEmpty() && incidents.isEmpty()) {
            throw unknown(token);
        }
        Optional<RequestLog.Asked> asked = log.asked(token);
        return new Answers.Why(
                now(),
                token.value(),
                request.orElse(null),
                incidents.stream().map(Answers.Event::of).toList(),
                asked.map(RequestLog.Asked::value).orElse(null),
                asked.map(each -> each.payload() == null).orElse(true),
                asked.map(each -> Answers.Options.of(each.options())).orElse(null));
    }

    static ProblemException unknown(Token token) {
        return new ProblemException(
                404, "token: %s (expected: that of a request of this mapper, not long ago)".formatted(token));
    }
}
