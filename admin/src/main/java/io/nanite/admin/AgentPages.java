package io.nanite.admin;

import static io.nanite.admin.Html.all;
import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.nothing;
import static io.nanite.admin.Html.text;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The agents: all of them in a list, and everything about one on a page of its own. */
final class AgentPages {

    /** More than these a script shows, of which as many are there as can be seen. */
    private static final int MOST_ROWS = 100;

    private AgentPages() {}

    static Sheet list(Visit visit) throws Exception {
        Facts answer = visit.ask("agents");
        List<Facts> agents = answer.list("agents").stream()
                .sorted(order(visit.query("sort")))
                .toList();
        @Nullable Instant at = answer.time("at");
        boolean filtered = List.of("q", "state", "tag", "service").stream()
                .anyMatch(key -> !visit.query(key).isEmpty());
        List<Html> rows = new ArrayList<>();
        agents.stream().limit(MOST_ROWS).forEach(agent -> rows.add(row(visit, agent, at)));
        Html.Element table = Pieces.table(
                        "Agents",
                        List.of(
                                heading(visit, "Agent", "name", ""),
                                heading(visit, "State", "state", "c-state"),
                                heading(visit, "Load", "load", "n"),
                                Pieces.th("Last 15 min", "spark wide"),
                                heading(visit, "Busy", "busy", "n mid"),
                                heading(visit, "In flight", "inFlight", "n mid"),
                                heading(visit, "Services", "services", "n wide"),
                                Pieces.th("Tags", "wide"),
                                heading(visit, "Heard", "heard", "n mid")),
                        rows)
                .cls("list agents")
                .with("id", "agents")
                .with("data-virtual", "agents")
                .with("data-sparks", visit.knows("sparklines"))
                .with("aria-rowcount", Integer.toString(agents.size() + 1));
        Html nobody = filtered
                ? Pieces.empty("No agent is like that.", el("p", visit.link("/agents", "Show all")))
                : Pieces.empty(
                        "No agent is here yet.",
                        el("p", "Start one; it is used within a second:"),
                        Pieces.command("nanite-agent --token fred -n examples/simpleagent"));
        return Sheet.of(
                        "agents",
                        "Agents",
                        at,
                        filter(visit),
                        el("p", text(Words.count(agents.size(), "agent", "agents") + (filtered ? " like that" : "")))
                                .cls("count")
                                .with("id", "count")
                                .with("role", "status"),
                        table.with("hidden", agents.isEmpty()),
                        el("div", nobody).with("id", "nobody").with("hidden", !agents.isEmpty()),
                        agents.size() > MOST_ROWS
                                ? el(
                                        "noscript",
                                        el(
                                                "p",
                                                "and %s more: a filter finds them."
                                                        .formatted(Words.count(agents.size() - MOST_ROWS))))
                                : nothing())
                .actions(
                        visit.may(Role.OPERATOR) && visit.knows("bulk")
                                ? all(
                                        bulk("Drain", "drain", "q state tag service"),
                                        bulk("Resume", "resume", "q state tag service"))
                                : nothing());
    }

    /** A button for all that the filter shows; the count is shown first. */
    static Html.Element bulk(String words, String action, String keys) {
        return el("button", words + " these…")
                .cls("btn script")
                .with("type", "button")
                .with("data-bulk", action)
                .with("data-keys", keys);
    }

    private static Html filter(Visit visit) {
        Map<String, String> states = new LinkedHashMap<>();
        states.put("", "any");
        for (String state : List.of("ready", "suspect", "draining", "quarantined", "dead", "gone")) {
            states.put(state, state);
        }
        return Pieces.filter(
                        visit,
                        "/agents",
                        Pieces.input("Name or tag", "q", visit.query("q"), "fred"),
                        Pieces.select("State", "state", visit.query("state"), states),
                        Pieces.input("Tag", "tag", visit.query("tag"), "gpu"),
                        Pieces.input("Service", "service", visit.query("service"), "/simple/echo"))
                .with("data-filter", "agents");
    }

    private static Html heading(Visit visit, String words, String key, String classes) {
        String now = visit.query("sort");
        boolean up = now.equals(key) || (now.isEmpty() && key.equals("name"));
        boolean down = now.equals("-" + key);
        Html.Element th = el(
                        "th",
                        el("a", words)
                                .with("href", visit.here("sort", up ? "-" + key : key))
                                .with("data-sort", key))
                .with("scope", "col")
                .cls(classes);
        return up || down ? th.with("aria-sort", up ? "ascending" : "descending") : th;
    }

    /** As the script of this page sorts. */
    static Comparator<Facts> order(String sort) {
        boolean down = sort.startsWith("-");
        Comparator<Facts> by =
                switch (down ? sort.substring(1) : sort) {
                    case "state" -> Comparator.comparing(agent -> agent.text("state"));
                    case "load" -> Comparator.comparingDouble(agent -> agent.number("load"));
                    case "busy" -> Comparator.comparingLong(agent -> agent.count("busy"));
                    case "inFlight" -> Comparator.comparingLong(agent -> agent.count("inFlight"));
                    case "services" -> Comparator.comparingLong(agent -> agent.count("services"));
                    case "heard" -> Comparator.comparing(agent -> agent.text("heardAt"));
                    default -> Comparator.comparing(agent -> agent.text("name"));
                };
        Comparator<Facts> order = down ? by.reversed() : by;
        return order.thenComparing(agent -> agent.text("name"));
    }

    private static Html row(Visit visit, Facts agent, @Nullable Instant at) {
        String state = agent.text("state");
        return el(
                        "tr",
                        Pieces.td(visit.agent(agent.text("name")), ""),
                        Pieces.td(Pieces.state(state), "c-state"),
                        Pieces.td(Words.number(agent.number("load")), "n"),
                        Pieces.td("", "spark wide"),
                        Pieces.td(busy(agent), "n mid"),
                        Pieces.td(Words.count(agent.count("inFlight")), "n mid"),
                        Pieces.td(Words.count(agent.count("services")), "n wide"),
                        Pieces.td(Pieces.tags(agent.texts("tags")), "wide"),
                        Pieces.td(Words.ago(agent.time(agent.has("goneAt") ? "goneAt" : "heardAt"), at), "n mid"))
                .with("data-state", state);
    }

    private static String busy(Facts agent) {
        return agent.count("slots") == 0 ? Words.NONE : "%d of %d".formatted(agent.count("busy"), agent.count("slots"));
    }

    static Sheet one(Visit visit) throws Exception {
        Facts answer = visit.ask("agent");
        Facts agent = answer.at("agent");
        String name = agent.text("name");
        String state = agent.text("state");
        @Nullable Instant at = answer.time("at");
        Facts requests = visit.askIfThere("requests", Map.of(), Map.of("agent", List.of(name), "limit", List.of("10")));
        boolean here = !state.equals("dead") && !state.equals("gone");

        List<Html> pairs = new ArrayList<>();
        pairs.add(Pieces.pair("Load", Words.number(agent.number("load"))));
        pairs.add(Pieces.pair("Busy", busy(agent)));
        pairs.add(Pieces.pair("In flight", Words.count(agent.count("inFlight"))));
        pairs.add(Pieces.pair("Heard", Words.ago(agent.time("heardAt"), at)));
        if (agent.has("goneAt")) {
            pairs.add(Pieces.pair("Went", Words.ago(agent.time("goneAt"), at)));
        }
        if (agent.has("executed")) {
            pairs.add(Pieces.pair("Executed", Words.count(agent.count("executed"))));
        }
        pairs.add(Pieces.pair("Version", answer.has("version") ? answer.text("version") : Words.NONE));
        pairs.add(Pieces.pair("Boot", answer.has("boot") ? answer.text("boot") : Words.NONE));
        if (!agent.texts("tags").isEmpty()) {
            pairs.add(Pieces.pair("Tags", Pieces.tags(agent.texts("tags"))));
        }
        Facts status = answer.at("status");
        Html shownStatus = status.isThere() && !status.json().isValueNode()
                ? Pieces.panel(
                        "Status that it reports",
                        el("pre", Html.lines(status.pretty())).with("tabindex", "0"))
                : nothing();

        return Sheet.of(
                        "agent",
                        name,
                        at,
                        el(
                                        "div",
                                        Pieces.panel("Now", Pieces.facts(pairs)),
                                        visit.knows("sparklines")
                                                ? Pieces.panel(
                                                        "Last 15 minutes",
                                                        el(
                                                                        "div",
                                                                        chart("Load", "agent-load", name),
                                                                        chart("In flight", "agent-inFlight", name))
                                                                .cls("charts"))
                                                : nothing(),
                                        el("div", services(visit, answer, name), requests(visit, requests, name))
                                                .cls("two"),
                                        shownStatus)
                                .with("data-live", true))
                .lead(el("span", Pieces.state(state)).with("data-live", true))
                .actions(el("span", here ? actions(visit, name, state) : nothing())
                        .cls("buttons")
                        .with("data-live", true))
                .on("agents", "requests");
    }

    private static Html chart(String title, String kind, String agent) {
        return el(
                        "div",
                        el("h3", title),
                        el("div")
                                .cls("plot")
                                .with("data-chart", kind)
                                .with("data-agent", agent)
                                .with("data-keep", true)
                                .with("data-title", title + " of " + agent))
                .cls("chart");
    }

    private static Html actions(Visit visit, String name, String state) {
        String path = "/api/v1/agents/%s/".formatted(Visit.encoded(name));
        List<Html> buttons = new ArrayList<>();
        if (visit.may(Role.OPERATOR)) {
            buttons.add(visit.link("/send?target=" + Visit.encoded(name) + "&selector=target", "Send")
                    .cls("btn"));
            if (visit.knows("ping")) {
                buttons.add(Pieces.call("Ping", "POST " + path + "ping"));
            }
            if (visit.knows("threads")) {
                buttons.add(Pieces.call("Threads", "POST " + path + "threads").with("data-show", "Threads of " + name));
            }
            if (visit.knows("drain")) {
                buttons.add(
                        state.equals("draining")
                                ? Pieces.call("Resume", "POST " + path + "resume")
                                : Pieces.call("Drain", "POST " + path + "drain")
                                        .with(
                                                "data-confirm",
                                                "Drain %s? It finishes what it has, and gets nothing new until it is resumed."
                                                        .formatted(name)));
            }
        }
        if (visit.may(Role.ADMIN)) {
            if (visit.knows("quarantine")) {
                buttons.add(
                        state.equals("quarantined")
                                ? Pieces.call("Release", "POST " + path + "release")
                                : Pieces.call("Quarantine", "POST " + path + "quarantine")
                                        .cls("btn script danger")
                                        .with(
                                                "data-confirm",
                                                "Quarantine %s? It is drained now and whenever it registers, until it is released."
                                                        .formatted(name)));
            }
            if (visit.knows("log-level")) {
                List<Html> levels = new ArrayList<>();
                for (String level : List.of("error", "warn", "info", "debug", "trace")) {
                    levels.add(Pieces.call(level, "POST " + path + "log-level")
                            .with("data-body", "{\"level\":\"%s\"}".formatted(level)));
                }
                buttons.add(el(
                                "details",
                                el("summary", "Log level").cls("btn"),
                                el("div", levels).cls("pop"))
                        .cls("script drop")
                        .with("data-keep", true));
            }
        }
        return all(buttons);
    }

    private static Html services(Visit visit, Facts answer, String name) {
        List<String> services = answer.texts("services");
        if (services.isEmpty()) {
            return Pieces.panel("Services", Pieces.empty("It offers nothing."));
        }
        List<Html> rows = new ArrayList<>();
        services.stream()
                .limit(200)
                .forEach(service -> rows.add(el(
                        "li",
                        visit.service(service),
                        visit.may(Role.OPERATOR)
                                ? el("a", "Send")
                                        .cls("quiet")
                                        .with("aria-label", "Send to " + service + " of " + name)
                                        .with("href", visit.at("/send", Map.of("service", service, "target", name)))
                                : nothing())));
        return Pieces.panel("Services (" + services.size() + ")", el("ul", rows).cls("lines"));
    }

    private static Html requests(Visit visit, Facts requests, String name) {
        List<Facts> lines = requests.list("requests");
        return lines.isEmpty()
                ? Pieces.panel("Latest requests", Pieces.empty("This mapper has not asked it of late."))
                : Pieces.panel(
                        all(
                                el("h2", "Latest requests"),
                                el("a", "All").with("href", visit.at("/requests", Map.of("agent", name)))),
                        RequestPages.table(visit, lines, requests.time("at"), true));
    }
}
