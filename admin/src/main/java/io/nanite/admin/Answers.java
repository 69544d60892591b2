package io.nanite.admin;

import io.nanite.core.packet.Service;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Explanation;
import io.nanite.mapper.Incident;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperTally;
import io.nanite.mapper.Outcomes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the API says and is told, as JSON: the names of the components are the keys. */
final class Answers {

    /** More agents of one request than this are counted and not listed. */
    static final int MOST_LISTED = 100;

    private Answers() {}

    /** An error, as RFC 9457 has it. */
    record Problem(String type, String title, int status, String detail) {}

    /** The state of the process. */
    record Health(String status) {}

    /** What a page needs that is to change something. */
    record Session(
            String mapper,
            String csrf,
            boolean readOnly,
            Instant at,
            @Nullable String user,
            String role,
            List<String> features,
            String version) {}

    /** Whether all is well, in one sentence; and what is not. {@code level} is {@code ok}, {@code warn} or {@code bad}. */
    record Judgement(Instant at, String level, String sentence, List<Finding> findings) {}

    /** Something that is not well: what, why, and what can be done. */
    record Finding(String level, String sentence, String cause, Subject subject, Action action) {}

    /** What a finding is about. */
    record Subject(String kind, String name) {}

    /** A button; {@code href} is below the tower's base. */
    record Action(String label, String href) {}

    /**
     * One agent in a line.
     *
     * @param state {@code ready}, {@code suspect}, {@code draining}, {@code quarantined}; {@code dead} if it went without a word,
     *     {@code gone} if it said goodbye
     * @param load the number that is compared; null where it sent none
     * @param heardAt when it was last heard of
     * @param goneAt when it went; null while it is connected
     */
    record Agent(
            String name,
            String state,
            @Nullable Double load,
            int slots,
            int busy,
            int inFlight,
            List<String> tags,
            int services,
            Instant heardAt,
            @Nullable Instant goneAt,
            @Nullable String version,
            @Nullable String boot) {

        Agent heardAt(Instant newHeardAt) {
            return new Agent(
                    name, state, load, slots, busy, inFlight, tags, services, newHeardAt, goneAt, version, boot);
        }
    }

    /** Those that match; {@code quarantined} are the names of all that are kept from working, here or not. */
    record Agents(Instant at, List<Agent> agents, List<String> quarantined) {}

    /** What was measured: a value for each time, which are seconds since the epoch; null for a gap. */
    record Past(
            Instant at, String range, long stepMillis, List<Long> times, Map<String, List<@Nullable Float>> series) {}

    /** What was measured in the second that has just ended. */
    record Second(Instant at, long time, Map<String, @Nullable Float> series) {}

    /** How loaded an agent was, at each step. */
    record AgentLine(List<@Nullable Float> load, List<@Nullable Float> inFlight) {}

    /** From a time on, in steps; null for a gap. */
    record AgentLines(Instant at, long stepMillis, Instant from, Map<String, AgentLine> agents) {}

    /** The broker, as it was seen last. */
    record Broker(String product, String version, boolean connected, List<String> alarms, List<String> nodes) {}

    /** A queue, and what it is for; {@code idle} if nothing is in it. */
    record Queue(
            String name,
            String role,
            int ready,
            @Nullable Integer unacked,
            int consumers,
            @Nullable Long oldestSeconds,
            boolean idle) {}

    record Queues(Instant at, String source, Broker broker, List<Queue> queues, List<BrokerReport.Drift> drift) {}

    /** Letters that have the same reason. */
    record Fingerprint(
            String id, String reason, int count, @Nullable Instant newest, String source) {}

    /** A letter in a line. */
    record LetterLine(
            String id,
            @Nullable Instant at,
            String reason,
            String fingerprint,
            String source,
            @Nullable String service,
            @Nullable String token,
            @Nullable String from,
            String kind,
            int bytes,
            @Nullable String contentType,
            boolean encrypted) {}

    record Parking(Instant at, int total, int shown, List<Fingerprint> fingerprints, List<LetterLine> letters) {}

    /** A letter with what it holds: its payload, if it can be read; what can be shown of it anyway. */
    record LetterDetail(
            Instant at, LetterLine letter, @Nullable Object payload, String text, Map<String, String> headers) {}

    /** How a letter shall be sent again; null for as it was. */
    record Replay(
            @Nullable Object payload,
            @Nullable String service,
            @Nullable String target) {

        static final Replay AS_IT_WAS = new Replay(null, null, null);
    }

    /** The token of what was sent instead; where its answers come, if it has some. */
    record Replayed(String token, @Nullable String events) {}

    record Purge(@Nullable String confirm) {}

    record Removed(Instant at, int removed) {}

    /** Work that waits; what it is cannot be said if it is sealed for others. */
    record Waiting(
            String token,
            @Nullable String service,
            @Nullable String from,
            @Nullable Instant at,
            @Nullable Instant deadline,
            @Nullable String selector,
            boolean persistent,
            int bytes,
            boolean encrypted) {}

    record Offline(Instant at, int total, List<Waiting> waiting) {}

    record Login(@Nullable String user, @Nullable String password) {}

    /** Something that was changed, or was to be; {@code user} is null for who has the link. */
    record AuditLine(
            Instant at,
            String address,
            @Nullable String user,
            String method,
            String path,
            @Nullable String what,
            int status) {}

    record Audit(Instant at, List<AuditLine> lines) {}

    /** What an agent answered to what it was told. */
    record Told(
            Instant at,
            String agent,
            boolean ok,
            @Nullable Object value,
            @Nullable String message) {}

    record LogLevel(@Nullable String level) {}

    /** What shall be done with all that match; {@code expected} is how many they were. */
    record BulkOrder(
            @Nullable String action,
            @Nullable Map<String, String> filter,
            @Nullable Boolean dryRun,
            @Nullable Integer expected) {}

    record BulkCount(Instant at, int count, List<String> sample) {}

    record BulkDone(Instant at, int done, int failed, List<BulkError> errors) {}

    record BulkError(String name, String detail) {}

    /** All that is known of one agent. */
    record AgentDetail(
            Instant at,
            Agent agent,
            List<String> services,
            @Nullable Object status,
            @Nullable String version,
            @Nullable String boot) {

        static AgentDetail of(Fleet.Member member, Instant at) {
            AgentView view = member.view();
            return new AgentDetail(
                    at,
                    member.line(),
                    view.services().stream().map(Service::path).sorted().toList(),
                    view.status().value(),
                    view.vitals().version(),
                    view.vitals().boot());
        }
    }

    /** A service, how many agents offer it, and how its requests of the last fifteen minutes went; percentiles in milliseconds. */
    record ServiceLine(
            String path,
            int agents,
            int requests,
            int errors,
            @Nullable Double p50,
            @Nullable Double p95,
            @Nullable Double p99,
            double ratePerSecond) {

        static ServiceLine of(String path, int agents, ServiceBook.Figures figures) {
            return new ServiceLine(
                    path,
                    agents,
                    figures.requests(),
                    figures.errors(),
                    figures.p50(),
                    figures.p95(),
                    figures.p99(),
                    figures.ratePerSecond());
        }
    }

    /** How the requests of one service went at one agent in the last fifteen minutes. */
    record AgentFigures(
            String agent,
            int requests,
            int errors,
            @Nullable Double p50,
            @Nullable Double p95) {}

    record Services(Instant at, List<ServiceLine> services) {}

    /** A service, and who offers it. */
    record ServiceDetail(
            Instant at,
            String path,
            List<Agent> agents,
            int requests,
            int errors,
            @Nullable Double p50,
            @Nullable Double p95,
            @Nullable Double p99,
            double ratePerSecond,
            List<AgentFigures> byAgent) {}

    /** How a request ended at one agent. */
    record AgentOutcome(
            String agent,
            String verdict,
            @Nullable String kind,
            @Nullable String message) {}

    /**
     * A request or push of this mapper.
     *
     * @param state {@code open}, {@code ok} or {@code failed}
     * @param verdicts how many agents ended how
     * @param error why nobody was asked
     */
    record RequestLine(
            String token,
            String service,
            boolean push,
            String selector,
            @Nullable String target,
            Instant at,
            String state,
            @Nullable Long micros,
            Map<String, Integer> verdicts,
            List<AgentOutcome> outcomes,
            @Nullable String error) {}

    /** Some of those that are remembered: {@code total} match. */
    record Requests(Instant at, List<RequestLine> requests, int total, boolean more) {}

    /** Something that happened to a request. */
    record Event(
            Instant at,
            String kind,
            @Nullable String agent,
            @Nullable String detail,
            String words) {

        static Event of(Incident incident) {
            return new Event(
                    incident.at(),
                    incident.kind().name(),
                    incident.agent() == null ? null : incident.agent().name(),
                    incident.detail(),
                    incident.words());
        }
    }

    /** A request, and what happened to it; {@code request} is null once it is forgotten here. */
    record Why(
            Instant at,
            String token,
            @Nullable RequestLine request,
            List<Event> events,
            @Nullable Object payload,
            boolean payloadCut,
            @Nullable Options options) {}

    /** How a request was to be routed. */
    record Options(
            String selector,
            @Nullable String target,
            List<String> tags,
            @Nullable Long timeoutMillis,
            boolean persistent,
            @Nullable Boolean offline) {

        static Options of(CallOptions options) {
            return new Options(
                    options.selector(),
                    options.target() == null ? null : options.target().name(),
                    options.tags().stream().sorted().toList(),
                    options.timeout() == null ? null : options.timeout().toMillis(),
                    options.persistent(),
                    options.offlineFailsafe());
        }
    }

    /**
     * What is asked for.
     *
     * @param timeoutMillis null for the mapper's own
     * @param offline whether it waits until somebody can; null for the mapper's own setting
     */
    record Send(
            @Nullable String service,
            @Nullable Object payload,
            @Nullable String selector,
            @Nullable String target,
            @Nullable List<String> tags,
            @Nullable Long timeoutMillis,
            @Nullable Boolean persistent,
            @Nullable Boolean offline) {}

    /** A request that goes its way; its answers are at {@code events}. */
    record Accepted(String token, String events) {}

    /** A push that the broker has. */
    record PushAccepted(String token, List<String> agents, boolean parked) {}

    /** That somebody was told to stop; what was reached is in the outcomes. */
    record Cancelling(String token) {}

    /** One agent that was considered. */
    record Considered(String agent, boolean chosen, String why) {}

    /** Who would get a request now, and why. */
    record Explained(Instant at, String service, String selector, String verdict, List<Considered> agents) {

        static Explained of(Explanation explanation, Instant at) {
            return new Explained(
                    at,
                    explanation.service().path(),
                    explanation.selector(),
                    explanation.verdict(),
                    explanation.agents().stream()
                            .map(each -> new Considered(each.agent().identity().name(), each.chosen(), each.why()))
                            .toList());
        }
    }

    /** What the mapper has done since its start, and what it has now. */
    record Tally(
            int agents,
            int suspects,
            int pending,
            long accepted,
            long rejected,
            Map<String, Long> outcomes,
            long stray,
            Map<String, Long> unread) {

        static Tally of(Mapper mapper) {
            MapperTally tally = mapper.tally();
            Map<String, Long> unread = new TreeMap<>(mapper.unread());
            unread.values().removeIf(count -> count == 0);
            Map<String, Long> outcomes = new TreeMap<>();
            tally.outcomes().forEach((verdict, count) -> outcomes.put(verdict.name(), count));
            return new Tally(
                    tally.agents(),
                    tally.suspects(),
                    tally.pending(),
                    tally.accepted(),
                    tally.rejected(),
                    outcomes,
                    tally.stray(),
                    unread);
        }
    }

    /** Everything, as the stream begins with it. */
    record Snapshot(
            Instant at,
            Tally tally,
            List<Agent> agents,
            List<ServiceLine> services,
            List<RequestLine> requests,
            Judgement verdict) {}

    /** What has changed of the agents. */
    record AgentChanges(Instant at, List<Agent> changed, List<String> gone) {}

    /** What has changed of the services. */
    record ServiceChanges(Instant at, List<ServiceLine> changed, List<String> gone) {}

    /** What has changed of the requests; {@code left} are more that are not in it. */
    record RequestChanges(Instant at, List<RequestLine> changed, int left) {}

    record TallyChange(Instant at, Tally tally) {}

    /** News of a request. */
    record News(String agent, String key, @Nullable Object value) {}

    /** The end of a request at one agent, with its value. */
    record Answer(
            String agent,
            String verdict,
            @Nullable Object value,
            @Nullable String kind,
            @Nullable String message) {}

    /** The end of a request: the outcomes, or why nobody was asked. */
    record End(boolean ok, List<Answer> outcomes, @Nullable String error) {}

    /** How many agents ended how. */
    static Map<String, Integer> verdicts(Outcomes outcomes) {
        Map<String, Integer> counts = new TreeMap<>();
        outcomes.all().forEach(outcome -> {
            Verdict verdict = outcome.verdict();
            counts.merge(verdict.name(), 1, Integer::sum);
        });
        return counts;
    }
}
