package io.nanite.admin;

import static io.nanite.admin.Html.all;
import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.nothing;
import static io.nanite.admin.Html.text;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The requests and pushes of the mapper, and the story of one. */
final class RequestPages {

    private RequestPages() {}

    static Sheet list(Visit visit) throws Exception {
        Facts answer = visit.ask("requests");
        List<Facts> lines = answer.list("requests");
        boolean filtered = List.of("q", "service", "agent", "state", "kind", "since", "before").stream()
                .anyMatch(key -> !visit.query(key).isEmpty());
        long total = answer.has("total") ? answer.count("total") : lines.size();
        Html shown = lines.isEmpty()
                ? filtered
                        ? Pieces.empty("No request is like that.", el("p", visit.link("/requests", "Show all")))
                        : Pieces.empty(
                                "Nothing was asked through this mapper yet.",
                                visit.may(Role.OPERATOR)
                                        ? el(
                                                "p",
                                                text("Use the page "),
                                                visit.link("/send", "Send"),
                                                text(", or in a shell:"))
                                        : el("p", "In a shell:"),
                                Pieces.command("nanite-mapper request /simple/echo 'hello world!'"))
                : table(visit, lines, answer.time("at"), false);
        return Sheet.of(
                        "requests",
                        "Requests",
                        answer.time("at"),
                        Pieces.filter(
                                visit,
                                "/requests",
                                Pieces.input("Find", "q", visit.query("q"), "token, payload, error"),
                                Pieces.input("Service", "service", visit.query("service"), "/simple/echo"),
                                Pieces.input("Agent", "agent", visit.query("agent"), "fred"),
                                Pieces.select(
                                        "State",
                                        "state",
                                        visit.query("state"),
                                        options("", "any", "open", "open", "ok", "ok", "failed", "failed")),
                                Pieces.select(
                                        "Kind",
                                        "kind",
                                        visit.query("kind"),
                                        options("", "any", "request", "requests", "push", "pushes"))),
                        el(
                                        "div",
                                        el(
                                                        "p",
                                                        text(
                                                                total > lines.size()
                                                                        ? "%s of %s, newest first"
                                                                                .formatted(
                                                                                        Words.count(lines.size()),
                                                                                        Words.count(total))
                                                                        : Words.count(total, "request", "requests")
                                                                                + ", newest first"))
                                                .cls("count"),
                                        shown,
                                        total > lines.size() && lines.size() < 1000
                                                ? el(
                                                        "p",
                                                        el("a", "Show up to 1,000")
                                                                .with("href", visit.here("limit", "1000")))
                                                : nothing())
                                .with("data-live", true))
                .actions(
                        visit.may(Role.OPERATOR) && visit.knows("bulk")
                                ? all(
                                        AgentPages.bulk("Cancel", "cancel", "q service agent state kind since before"),
                                        AgentPages.bulk("Retry", "retry", "q service agent state kind since before"))
                                : nothing())
                .on("requests");
    }

    private static Map<String, String> options(String... pairs) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            options.put(pairs[i], pairs[i + 1]);
        }
        return options;
    }

    /** {@code narrow}: beside another. */
    static Html table(Visit visit, List<Facts> lines, @Nullable Instant at, boolean narrow) {
        String wide = narrow ? "none" : "wide";
        List<Html> rows = new ArrayList<>();
        for (Facts line : lines) {
            rows.add(el(
                            "tr",
                            Pieces.td(Words.ago(line.time("at"), at), "when"),
                            Pieces.td(named(visit, line), ""),
                            Pieces.td(Pieces.state(line.text("state")), "c-state"),
                            Pieces.td(agents(visit, line), narrow ? "none" : "mid"),
                            Pieces.td(took(line), "n"),
                            Pieces.td(error(line), wide + " why"))
                    .with("data-key", line.text("token")));
        }
        return Pieces.table(
                "Requests",
                List.of(
                        Pieces.th("When", "when"),
                        Pieces.th("Service", ""),
                        Pieces.th("State", "c-state"),
                        Pieces.th("Agent", narrow ? "none" : "mid"),
                        Pieces.th("Took", "n"),
                        Pieces.th("Error", wide)),
                rows);
    }

    /** The service, as a link to what happened. */
    static Html named(Visit visit, Facts line) {
        return all(
                visit.link("/requests/" + Visit.encoded(line.text("token")), line.text("service"))
                        .cls("name")
                        .with("title", "token " + line.text("token")),
                line.is("push") ? el("span", "push").cls("tag") : nothing());
    }

    private static Html agents(Visit visit, Facts line) {
        List<Facts> outcomes = line.list("outcomes");
        if (outcomes.size() == 1) {
            return visit.agent(outcomes.get(0).text("agent"));
        }
        if (outcomes.isEmpty()) {
            return line.has("target") ? visit.agent(line.text("target")) : text(line.text("selector"));
        }
        List<String> parts = new ArrayList<>();
        line.at("verdicts").members().forEach((verdict, count) -> parts.add(count.text() + " " + verdict));
        return text(String.join(", ", parts));
    }

    static String took(Facts line) {
        return line.has("micros") ? Words.millis(line.number("micros") / 1000) : Words.NONE;
    }

    private static Html error(Facts line) {
        if (line.has("error")) {
            return text(line.text("error"));
        }
        return line.list("outcomes").stream()
                .filter(outcome -> outcome.has("message"))
                .findFirst()
                .<Html>map(outcome -> text(outcome.text("verdict") + ": " + outcome.text("message")))
                .orElse(nothing());
    }

    static Sheet one(Visit visit) throws Exception {
        Facts answer = visit.ask("request");
        Facts request = answer.at("request");
        String token = answer.text("token");
        @Nullable Instant at = answer.time("at");
        boolean known = request.isThere();
        String state = known ? request.text("state") : "forgotten";
        String service = request.text("service");

        List<Html> pairs = new ArrayList<>();
        pairs.add(Pieces.pair("Token", Pieces.copyable(token)));
        if (known) {
            pairs.add(Pieces.pair("Service", visit.service(service)));
            pairs.add(Pieces.pair("Kind", request.is("push") ? "push" : "request"));
            pairs.add(Pieces.pair("Selector", request.text("selector")));
            if (request.has("target")) {
                pairs.add(Pieces.pair("Target", visit.agent(request.text("target"))));
            }
            pairs.add(Pieces.pair("Sent", Words.ago(request.time("at"), at)));
            pairs.add(Pieces.pair("Took", took(request)));
        }
        Facts options = answer.at("options");
        if (!options.texts("tags").isEmpty()) {
            pairs.add(Pieces.pair("Tags", Pieces.tags(options.texts("tags"))));
        }
        if (options.has("timeoutMillis")) {
            pairs.add(Pieces.pair("Time-out", Words.millis(options.number("timeoutMillis"))));
        }
        if (options.is("persistent")) {
            pairs.add(Pieces.pair("Persistent", "yes"));
        }
        if (options.has("offline")) {
            pairs.add(Pieces.pair("Waits for somebody", options.is("offline") ? "yes" : "no"));
        }
        return Sheet.of(
                        "request",
                        known ? service : "Request",
                        at,
                        el(
                                        "div",
                                        request.has("error")
                                                ? el("p", request.text("error")).cls("note is-bad")
                                                : nothing(),
                                        Pieces.panel("What was asked", Pieces.facts(pairs), payload(answer)),
                                        outcomes(visit, request),
                                        timeline(visit, answer))
                                .with("data-live", true))
                .lead(el("span", Pieces.state(state)).with("data-live", true))
                .actions(el("span", known ? actions(visit, answer, request, token) : nothing())
                        .cls("buttons")
                        .with("data-live", true))
                .on("requests");
    }

    private static Html payload(Facts answer) {
        if (answer.is("payloadCut")) {
            return el("p", "Its payload is longer than what is kept here.").cls("count");
        }
        return answer.json().has("payload")
                ? all(
                        el("h3", "Payload"),
                        el("pre", Html.lines(answer.at("payload").pretty())).with("tabindex", "0"))
                : nothing();
    }

    private static Html actions(Visit visit, Facts answer, Facts request, String token) {
        if (!visit.may(Role.OPERATOR)) {
            return nothing();
        }
        List<Html> buttons = new ArrayList<>();
        String path = "/api/v1/requests/" + Visit.encoded(token);
        if (request.text("state").equals("open") && !request.is("push")) {
            buttons.add(Pieces.call("Cancel", "DELETE " + path)
                    .cls("btn script danger")
                    .with("data-confirm", "Cancel this request? Whoever does it is told to stop."));
        }
        if (visit.knows("retry") && !request.is("push")) {
            buttons.add(Pieces.call("Retry", "POST " + path + "/retry").with("data-follow", visit.at("/requests/")));
        }
        Map<String, String> edit = new LinkedHashMap<>();
        edit.put("service", request.text("service"));
        edit.put("selector", request.text("selector"));
        edit.put("target", request.text("target"));
        String payload = answer.json().has("payload") ? answer.at("payload").pretty() : "";
        if (payload.length() <= 1500 && !answer.is("payloadCut")) {
            edit.put("payload", payload);
        }
        buttons.add(el("a", "Edit and send").cls("btn").with("href", visit.at("/send", edit)));
        return all(buttons);
    }

    private static Html outcomes(Visit visit, Facts request) {
        List<Facts> outcomes = request.list("outcomes");
        if (outcomes.isEmpty()) {
            return nothing();
        }
        List<Html> rows = new ArrayList<>();
        outcomes.forEach(outcome -> rows.add(el(
                "tr",
                Pieces.td(visit.agent(outcome.text("agent")), ""),
                Pieces.td(Pieces.state(outcome.text("verdict")), "c-state"),
                Pieces.td(
                        outcome.has("message")
                                ? (outcome.has("kind") ? outcome.text("kind") + ": " : "") + outcome.text("message")
                                : "",
                        "why"))));
        return Pieces.panel(
                "How it ended",
                Pieces.table(
                        "How it ended at each agent",
                        List.of(Pieces.th("Agent", ""), Pieces.th("Outcome", "c-state"), Pieces.th("Why", "")),
                        rows));
    }

    private static Html timeline(Visit visit, Facts answer) {
        List<Facts> events = answer.list("events");
        if (events.isEmpty()) {
            return Pieces.panel("What happened", Pieces.empty("The mapper has forgotten the steps."));
        }
        @Nullable Instant first = events.get(0).time("at");
        List<Html> steps = new ArrayList<>();
        for (Facts event : events) {
            @Nullable Instant time = event.time("at");
            String after = first == null || time == null
                    ? ""
                    : "+" + Words.millis(Duration.between(first, time).toNanos() / 1e6);
            steps.add(el(
                    "li",
                    el("span", after).cls("after").with("title", time == null ? "" : Words.day(time)),
                    el(
                            "div",
                            el("p", event.text("words")),
                            event.has("agent") ? el("small", visit.agent(event.text("agent"))) : nothing())));
        }
        return Pieces.panel("What happened", el("ol", steps).cls("timeline"));
    }
}
