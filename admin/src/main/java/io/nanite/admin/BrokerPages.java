package io.nanite.admin;

import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.nothing;
import static io.nanite.admin.Html.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What waits at the broker: queues, letters that nobody could read or do, requests that wait for somebody. */
final class BrokerPages {

    private BrokerPages() {}

    static Sheet queues(Visit visit) throws Exception {
        Facts answer;
        try {
            answer = visit.ask("queues");
        } catch (ProblemException e) {
            return unseen("queues", "Queues & broker", e);
        }
        Facts broker = answer.at("broker");
        List<String> alarms = broker.texts("alarms");
        List<Html> notes = new ArrayList<>();
        alarms.forEach(alarm ->
                notes.add(el("li", Pieces.state("alarm"), el("p", alarm)).cls("finding")));
        for (Facts drift : answer.list("drift")) {
            notes.add(el(
                            "li",
                            Pieces.state("drift"),
                            el(
                                    "div",
                                    el("p", drift.text("sentence")),
                                    el("p", el("small", "Cure: " + drift.text("cure")))))
                    .cls("finding"));
        }
        List<Html> rows = new ArrayList<>();
        for (Facts queue : answer.list("queues")) {
            long ready = queue.count("ready");
            rows.add(el(
                    "tr",
                    Pieces.td(el("span", queue.text("name")).cls("name"), ""),
                    Pieces.td(queue.text("role"), "mid"),
                    Pieces.td(
                            el("span", queue.has("ready") ? Words.count(ready) : Words.NONE)
                                    .cls(ready > 0 ? "some" : ""),
                            "n"),
                    Pieces.td(queue.has("unacked") ? Words.count(queue.count("unacked")) : Words.NONE, "n"),
                    Pieces.td(Words.count(queue.count("consumers")), "n mid"),
                    Pieces.td(
                            queue.has("oldestSeconds")
                                    ? Words.span(Duration.ofSeconds(queue.count("oldestSeconds")))
                                    : Words.NONE,
                            "n mid"),
                    Pieces.td(idle(queue), "mid")));
        }
        String source = answer.text("source");
        return Sheet.of(
                        "queues",
                        "Queues & broker",
                        answer.time("at"),
                        el(
                                        "div",
                                        Pieces.panel(
                                                "Broker",
                                                Pieces.facts(List.of(
                                                        Pieces.pair(
                                                                "Product",
                                                                (broker.text("product") + " " + broker.text("version"))
                                                                        .trim()),
                                                        Pieces.pair(
                                                                "Connection",
                                                                Pieces.state(
                                                                        broker.is("connected") ? "connected" : "lost")),
                                                        Pieces.pair(
                                                                "Alarms",
                                                                alarms.isEmpty() ? "none" : Words.count(alarms.size())),
                                                        Pieces.pair(
                                                                "Nodes",
                                                                broker.has("nodes") ? nodes(broker) : Words.NONE),
                                                        Pieces.pair(
                                                                "Asked by",
                                                                source.equals("management")
                                                                        ? "its management API"
                                                                        : source))),
                                                notes.isEmpty()
                                                        ? nothing()
                                                        : el("ul", notes).cls("findings")),
                                        rows.isEmpty()
                                                ? Pieces.empty(
                                                        "No queue of this fabric is there.",
                                                        el("p", "Agents and mappers make theirs when they start:"),
                                                        Pieces.command(
                                                                "nanite-agent --token fred -n examples/simpleagent"))
                                                : Pieces.table(
                                                        "Queues",
                                                        List.of(
                                                                Pieces.th("Queue", ""),
                                                                Pieces.th("For", "mid"),
                                                                Pieces.th("Ready", "n"),
                                                                Pieces.th("Unacked", "n"),
                                                                Pieces.th("Consumers", "n mid"),
                                                                Pieces.th("Oldest", "n mid"),
                                                                Pieces.th("Idle", "mid")),
                                                        rows))
                                .with("data-live", true))
                .on("second");
    }

    /** The broker was not looked at yet, or does not answer: the page shows more as soon as it does. */
    private static Sheet unseen(String name, String title, ProblemException problem) {
        if (problem.status() != 503) {
            throw problem;
        }
        @Nullable String words = problem.getMessage();
        return Sheet.of(
                        name,
                        title,
                        null,
                        el(
                                        "div",
                                        Pieces.empty(
                                                "Nothing can be said of the broker now.",
                                                el("p", words == null ? "" : words)))
                                .with("data-live", true))
                .on("second");
    }

    private static String nodes(Facts broker) {
        Facts nodes = broker.at("nodes");
        return nodes.json().isArray() ? String.join(", ", broker.texts("nodes")) : nodes.text();
    }

    private static String idle(Facts queue) {
        Facts idle = queue.at("idle");
        return idle.json().isBoolean() ? queue.is("idle") ? "yes" : "" : idle.text();
    }

    static Sheet parking(Visit visit) throws Exception {
        Facts answer;
        try {
            answer = visit.ask("parking");
        } catch (ProblemException e) {
            return unseen("parking", "Parking lot", e);
        }
        long total = answer.count("total");
        boolean filtered = !visit.query("q").isEmpty() || !visit.query("reason").isEmpty();
        List<Html> prints = new ArrayList<>();
        for (Facts print : answer.list("fingerprints")) {
            prints.add(el(
                    "li",
                    el("span", Words.count(print.count("count"))).cls("big"),
                    el(
                            "div",
                            el("a", print.text("reason"))
                                    .with("href", visit.at("/parking", Map.of("reason", print.text("id")))),
                            el(
                                            "p",
                                            text(
                                                    print.has("source")
                                                            ? "from " + print.text("source") + ", newest "
                                                            : "newest "),
                                            Words.ago(print.time("newest"), answer.time("at")))
                                    .cls("count"))));
        }
        List<Html> rows = new ArrayList<>();
        for (Facts letter : answer.list("letters")) {
            String id = letter.text("id");
            rows.add(el(
                    "tr",
                    Pieces.td(Words.ago(letter.time("at"), answer.time("at")), "when mid"),
                    Pieces.td(
                            visit.link("/parking/" + Visit.encoded(id), "")
                                    .and(Pieces.breakable(
                                            letter.has("service") ? letter.text("service") : letter.text("kind")))
                                    .cls("name"),
                            "what"),
                    Pieces.td(letter.text("reason"), "why"),
                    Pieces.td(letter.text("from"), "mid"),
                    Pieces.td(Words.bytes(letter.number("bytes")), "n wide"),
                    Pieces.td(
                            visit.may(Role.OPERATOR) && letter.has("service")
                                    ? Pieces.call("Replay", "POST /api/v1/parking/" + Visit.encoded(id) + "/replay")
                                            .cls("btn tiny script")
                                            .with("data-body", "{}")
                                            .with("aria-label", "Replay " + letter.text("service"))
                                    : nothing(),
                            "go mid")));
        }
        Html list = total == 0 && !filtered
                ? Pieces.empty(
                        "Nothing is parked.",
                        el(
                                "p",
                                "Here is what could not be read, was refused for good, or killed whoever tried it: with the reason, to be looked at, corrected and sent again."))
                : rows.isEmpty()
                        ? Pieces.empty("No letter is like that.", el("p", visit.link("/parking", "Show all")))
                        : Pieces.table(
                                "Letters",
                                List.of(
                                        Pieces.th("When", "when mid"),
                                        Pieces.th("What", ""),
                                        Pieces.th("Reason", ""),
                                        Pieces.th("From", "mid"),
                                        Pieces.th("Size", "n wide"),
                                        Pieces.th("", "go mid")),
                                rows);
        return Sheet.of(
                        "parking",
                        "Parking lot",
                        answer.time("at"),
                        total == 0 && !filtered
                                ? nothing()
                                : Pieces.filter(
                                        visit,
                                        "/parking",
                                        Pieces.input("Find", "q", visit.query("q"), "token, service"),
                                        Pieces.input("Reason", "reason", visit.query("reason"), "")),
                        el(
                                        "div",
                                        prints.isEmpty()
                                                ? nothing()
                                                : Pieces.panel(
                                                        "Why they are here",
                                                        el("ul", prints).cls("prints")),
                                        total == 0
                                                ? nothing()
                                                : el(
                                                                "p",
                                                                "%s of %s"
                                                                        .formatted(
                                                                                Words.count(rows.size()),
                                                                                Words.count(
                                                                                        total, "letter", "letters")))
                                                        .cls("count"),
                                        list)
                                .with("data-live", true))
                .actions(el(
                                "span",
                                visit.may(Role.OPERATOR) && visit.knows("bulk") && total > 0
                                        ? AgentPages.bulk("Replay", "replay", "q reason")
                                        : nothing(),
                                visit.may(Role.ADMIN) && total > 0
                                        ? Pieces.call("Purge…", "DELETE /api/v1/parking")
                                                .cls("btn danger script")
                                                .with(
                                                        "data-typed",
                                                        "purge %d %s"
                                                                .formatted(total, total == 1 ? "letter" : "letters"))
                                                .with(
                                                        "data-confirm",
                                                        "All %s are lost for good."
                                                                .formatted(Words.count(total, "letter", "letters")))
                                        : nothing())
                        .cls("buttons")
                        .with("data-live", true))
                .on("second");
    }

    static Sheet letter(Visit visit) throws Exception {
        Facts answer = visit.ask("letter");
        Facts letter = answer.has("letter") ? answer.at("letter") : answer;
        String id = letter.text("id");
        String path = "/api/v1/parking/" + Visit.encoded(id);
        boolean editable = letter.has("service") && answer.json().has("payload") && !letter.is("encrypted");
        List<Html> pairs = new ArrayList<>();
        pairs.add(Pieces.pair("Parked", Words.ago(letter.time("at"), answer.time("at"))));
        pairs.add(Pieces.pair("Kind", letter.text("kind")));
        if (letter.has("service")) {
            pairs.add(Pieces.pair("Service", visit.service(letter.text("service"))));
        }
        if (letter.has("token")) {
            pairs.add(Pieces.pair("Token", Pieces.copyable(letter.text("token"))));
        }
        pairs.add(Pieces.pair("From", letter.has("from") ? letter.text("from") : Words.NONE));
        pairs.add(Pieces.pair("Parked by", letter.text("source")));
        pairs.add(Pieces.pair("Type", letter.text("contentType")));
        pairs.add(Pieces.pair("Size", Words.bytes(letter.number("bytes"))));
        pairs.add(Pieces.pair("Encrypted", letter.is("encrypted") ? "yes: its text cannot be shown" : "no"));
        List<Html> headers = new ArrayList<>();
        answer.at("headers")
                .members()
                .forEach((name, value) -> headers.add(Pieces.pair(
                        name, text(value.isThere() && value.json().isValueNode() ? value.text() : value.pretty()))));
        Html replay = visit.may(Role.OPERATOR) && letter.has("service")
                ? Pieces.panel(
                        "Send it again",
                        el(
                                        "form",
                                        el(
                                                        "div",
                                                        Pieces.input(
                                                                "Service",
                                                                "service",
                                                                letter.text("service"),
                                                                "/simple/echo"),
                                                        Pieces.input(
                                                                "To this agent alone",
                                                                "target",
                                                                "",
                                                                "whoever is chosen"))
                                                .cls("pair"),
                                        editable
                                                ? el(
                                                                "label",
                                                                el("span", "Payload (JSON)"),
                                                                el(
                                                                                "textarea",
                                                                                Html.lines(answer.at("payload")
                                                                                        .pretty()))
                                                                        .with("name", "payload")
                                                                        .with("rows", "8")
                                                                        .with("spellcheck", "false"))
                                                        .cls("field")
                                                : el("p", "Its payload cannot be shown; it is sent as it is.")
                                                        .cls("count"),
                                        el("p").cls("note is-bad")
                                                .with("data-says", true)
                                                .with("role", "alert")
                                                .with("hidden", true),
                                        el(
                                                        "div",
                                                        el("button", "Replay")
                                                                .cls("btn primary script")
                                                                .with("type", "submit"))
                                                .cls("buttons"))
                                .cls("send")
                                .with("data-replay", path + "/replay")
                                .with("data-follow", visit.at("/requests/"))
                                .with(
                                        "data-was",
                                        editable ? answer.at("payload").pretty() : ""))
                : nothing();
        return Sheet.of(
                        "letter",
                        letter.has("service") ? letter.text("service") : "A letter",
                        answer.time("at"),
                        el("p", letter.text("reason")).cls("note is-bad"),
                        Pieces.panel("The letter", Pieces.facts(pairs)),
                        replay,
                        Pieces.panel(
                                "As it is",
                                el("pre", Html.lines(answer.text("text"))).with("tabindex", "0")),
                        headers.isEmpty() ? nothing() : Pieces.panel("Headers", Pieces.facts(headers)))
                .actions(
                        visit.link("/parking", "All letters").cls("btn"),
                        visit.may(Role.ADMIN)
                                ? Pieces.call("Discard", "DELETE " + path)
                                        .cls("btn danger script")
                                        .with("data-confirm", "Discard this letter? It is lost for good.")
                                        .with("data-then", visit.at("/parking"))
                                : nothing());
    }

    static Sheet offline(Visit visit) throws Exception {
        Facts answer;
        try {
            answer = visit.ask("offline");
        } catch (ProblemException e) {
            return unseen("offline", "Offline", e);
        }
        long total = answer.count("total");
        List<Html> rows = new ArrayList<>();
        for (Facts waiting : answer.list("waiting")) {
            String token = waiting.text("token");
            rows.add(el(
                    "tr",
                    Pieces.td(Words.ago(waiting.time("at"), answer.time("at")), "when"),
                    Pieces.td(
                            visit.link(
                                            "/requests/" + Visit.encoded(token),
                                            waiting.has("service") ? waiting.text("service") : "sealed")
                                    .cls("name"),
                            ""),
                    Pieces.td(waiting.has("from") ? waiting.text("from") : Words.NONE, "mid"),
                    Pieces.td(waiting.has("deadline") ? Words.time(waiting.time("deadline")) : text("none"), "n mid"),
                    Pieces.td(waiting.has("selector") ? waiting.text("selector") : Words.NONE, "wide"),
                    Pieces.td(Words.bytes(waiting.number("bytes")), "n wide"),
                    Pieces.td(
                            visit.may(Role.OPERATOR)
                                    ? Pieces.call("Remove", "DELETE /api/v1/offline/" + Visit.encoded(token))
                                            .cls("btn tiny script danger")
                                            .with("aria-label", "Remove " + waiting.text("service"))
                                            .with("data-confirm", "Remove this request? It is not done.")
                                    : nothing(),
                            "go")));
        }
        return Sheet.of(
                        "offline",
                        "Offline",
                        answer.time("at"),
                        el(
                                        "div",
                                        total == 0
                                                ? nothing()
                                                : el(
                                                                "p",
                                                                "%s for somebody who can do it"
                                                                        .formatted(Words.count(
                                                                                total,
                                                                                "request waits",
                                                                                "requests wait")))
                                                        .cls("count"),
                                        rows.isEmpty()
                                                ? Pieces.empty(
                                                        "Nobody waits.",
                                                        el(
                                                                "p",
                                                                "A request that nobody can do waits here until somebody can, if it says so:"),
                                                        Pieces.command(
                                                                "nanite-mapper push /simple/echo hello --offline-failsafe"))
                                                : Pieces.table(
                                                        "Requests that wait",
                                                        List.of(
                                                                Pieces.th("Since", "when"),
                                                                Pieces.th("Service", ""),
                                                                Pieces.th("From", "mid"),
                                                                Pieces.th("Until", "n mid"),
                                                                Pieces.th("Selector", "wide"),
                                                                Pieces.th("Size", "n wide"),
                                                                Pieces.th("", "go")),
                                                        rows))
                                .with("data-live", true))
                .on("second");
    }
}
