package io.nanite.admin;

import io.nanite.core.packet.Service;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.Explanation;
import io.nanite.mapper.Incident;
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
    record Session(String mapper, String csrf, boolean readOnly, Instant at) {}

    /**
     * One agent in a line.
     *
     * @param state {@code ready} or {@code suspect}
     * @param load the number that is compared; null where it sent none
     * @param heardAt when it was last heard of
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
            Instant heardAt) {

        static Agent of(AgentView view, Instant heardAt) {
            double load = view.status().load();
            return new Agent(
                    view.identity().name(),
                    view.suspect() ? "suspect" : "ready",
                    Double.isFinite(load) ? load : null,
                    view.vitals().slots(),
                    view.vitals().busy(),
                    view.inFlight(),
                    view.tags().stream().sorted().toList(),
                    view.services().size(),
                    heardAt);
        }
    }

    record Agents(Instant at, List<Agent> agents) {}

    /** All that is known of one agent. */
    record AgentDetail(
            Instant at,
            Agent agent,
            List<String> services,
            @Nullable Object status,
            @Nullable String version,
            @Nullable String boot) {

        static AgentDetail of(AgentView view, Instant at) {
            return new AgentDetail(
                    at,
                    Agent.of(view, at.minus(view.silentFor())),
                    view.services().stream().map(Service::path).sorted().toList(),
                    view.status().value(),
                    view.vitals().version(),
                    view.vitals().boot());
        }
    }

    /** A service, and how many agents offer it. */
    record ServiceLine(String path, int agents) {}

    record Services(Instant at, List<ServiceLine> services) {}

    /** A service, and who offers it. */
    record ServiceDetail(Instant at, String path, List<Agent> agents) {}

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

    record Requests(Instant at, List<RequestLine> requests) {}

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
    record Why(Instant at, String token, @Nullable RequestLine request, List<Event> events) {}

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
            long stray) {

        static Tally of(MapperTally tally) {
            Map<String, Long> outcomes = new TreeMap<>();
            tally.outcomes().forEach((verdict, count) -> outcomes.put(verdict.name(), count));
            return new Tally(
                    tally.agents(),
                    tally.suspects(),
                    tally.pending(),
                    tally.accepted(),
                    tally.rejected(),
                    outcomes,
                    tally.stray());
        }
    }

    /** Everything, as the stream begins with it. */
    record Snapshot(
            Instant at, Tally tally, List<Agent> agents, List<ServiceLine> services, List<RequestLine> requests) {}

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
