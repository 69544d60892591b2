package io.nanite.admin;

import static io.nanite.admin.Html.all;
import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.nothing;
import static io.nanite.admin.Html.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The services: how each went of late, and who would do it now. */
final class ServicePages {

    private static final int MOST_ROWS = 500;
    private static final int MOST_AGENTS = 100;

    private ServicePages() {}

    static Sheet list(Visit visit) throws Exception {
        Facts answer = visit.ask("services", Map.of(), Map.of());
        String wanted = visit.query("q").toLowerCase(Locale.ROOT);
        List<Facts> services = answer.list("services").stream()
                .filter(line -> line.text("path").toLowerCase(Locale.ROOT).contains(wanted))
                .sorted(order(visit.query("sort")))
                .toList();
        List<Html> rows = new ArrayList<>();
        services.stream().limit(MOST_ROWS).forEach(line -> rows.add(row(visit, line)));
        Html list = services.isEmpty()
                ? wanted.isEmpty()
                        ? Pieces.empty(
                                "Nobody offers anything yet.",
                                el(
                                        "p",
                                        "Each method that an actor exposes is a service. Start an agent that has some:"),
                                Pieces.command("nanite-agent --token fred -n examples/simpleagent"))
                        : Pieces.empty("No service is called that.", el("p", visit.link("/services", "Show all")))
                : Pieces.table(
                        "Services",
                        List.of(
                                heading(visit, "Service", "path", ""),
                                heading(visit, "Agents", "agents", "n"),
                                heading(visit, "Per second", "ratePerSecond", "n mid"),
                                heading(visit, "Requests", "requests", "n mid"),
                                heading(visit, "Errors", "errors", "n"),
                                heading(visit, "p50", "p50", "n wide"),
                                heading(visit, "p95", "p95", "n"),
                                heading(visit, "p99", "p99", "n wide"),
                                Pieces.th("", "go mid")),
                        rows);
        return Sheet.of(
                        "services",
                        "Services",
                        answer.time("at"),
                        Pieces.filter(visit, "/services", Pieces.input("Path", "q", visit.query("q"), "echo")),
                        el(
                                        "div",
                                        el(
                                                        "p",
                                                        Words.count(services.size(), "service", "services")
                                                                + "; figures of the last 15 minutes")
                                                .cls("count"),
                                        list,
                                        services.size() > MOST_ROWS
                                                ? el(
                                                        "p",
                                                        "The first %d are shown: a filter finds the others."
                                                                .formatted(MOST_ROWS))
                                                : nothing())
                                .with("data-live", true))
                .on("services", "requests");
    }

    private static Html heading(Visit visit, String words, String key, String classes) {
        String now = visit.query("sort");
        boolean up = now.equals(key) || (now.isEmpty() && key.equals("path"));
        boolean down = now.equals("-" + key);
        // Of names the first comes first, of figures the largest.
        boolean upFirst = key.equals("path");
        String next = upFirst ? (up ? "-path" : "path") : down ? key : "-" + key;
        Html.Element th = el("th", el("a", words).with("href", visit.here("sort", next)))
                .with("scope", "col")
                .cls(classes);
        return up || down ? th.with("aria-sort", up ? "ascending" : "descending") : th;
    }

    private static Comparator<Facts> order(String sort) {
        boolean down = sort.startsWith("-");
        String key = down ? sort.substring(1) : sort;
        Comparator<Facts> by =
                switch (key) {
                    case "agents", "ratePerSecond", "requests", "errors", "p50", "p95", "p99" ->
                        Comparator.comparingDouble(line -> Double.isFinite(line.number(key)) ? line.number(key) : -1);
                    default -> Comparator.comparing(line -> line.text("path"));
                };
        Comparator<Facts> order = down ? by.reversed() : by;
        return order.thenComparing(line -> line.text("path"));
    }

    private static Html row(Visit visit, Facts line) {
        return el(
                "tr",
                Pieces.td(visit.service(line.text("path")), ""),
                Pieces.td(Words.count(line.count("agents")), "n"),
                Pieces.td(Words.number(line.number("ratePerSecond")), "n mid"),
                Pieces.td(Words.count(line.count("requests")), "n mid"),
                Pieces.td(errors(line), "n"),
                Pieces.td(Words.millis(line.number("p50")), "n wide"),
                Pieces.td(Words.millis(line.number("p95")), "n"),
                Pieces.td(Words.millis(line.number("p99")), "n wide"),
                Pieces.td(send(visit, line.text("path")), "go mid"));
    }

    private static Html send(Visit visit, String path) {
        return visit.may(Role.OPERATOR)
                ? el("a", "Send")
                        .with("href", visit.at("/send", Map.of("service", path)))
                        .with("aria-label", "Send to " + path)
                : nothing();
    }

    /** How many, and what part that is. */
    static Html errors(Facts line) {
        long errors = line.count("errors");
        long requests = line.count("requests");
        if (errors == 0) {
            return text(requests == 0 ? Words.NONE : "0");
        }
        return el(
                        "span",
                        "%s (%s)"
                                .formatted(Words.count(errors), Words.percent((double) errors / Math.max(1, requests))))
                .cls("errors");
    }

    static Sheet one(Visit visit) throws Exception {
        Facts answer = visit.ask("service");
        String path = answer.text("path");
        Facts explained = visit.askIfThere("explain", Map.of(), Map.of("service", List.of(path)));
        Facts requests =
                visit.askIfThere("requests", Map.of(), Map.of("service", List.of(path), "limit", List.of("10")));
        List<Html> pairs = List.of(
                Pieces.pair("Requests", Words.count(answer.count("requests"))),
                Pieces.pair("Per second", Words.number(answer.number("ratePerSecond"))),
                Pieces.pair("Errors", errors(answer)),
                Pieces.pair("p50", Words.millis(answer.number("p50"))),
                Pieces.pair("p95", Words.millis(answer.number("p95"))),
                Pieces.pair("p99", Words.millis(answer.number("p99"))));
        return Sheet.of(
                        "service",
                        path,
                        answer.time("at"),
                        el(
                                        "div",
                                        Pieces.panel("The last 15 minutes", Pieces.facts(pairs)),
                                        candidates(visit, answer, explained),
                                        requests.list("requests").isEmpty()
                                                ? Pieces.panel(
                                                        "Latest requests",
                                                        Pieces.empty(
                                                                "Nobody asked for it through this mapper of late."))
                                                : Pieces.panel(
                                                        all(
                                                                el("h2", "Latest requests"),
                                                                el("a", "All")
                                                                        .with(
                                                                                "href",
                                                                                visit.at(
                                                                                        "/requests",
                                                                                        Map.of("service", path)))),
                                                        RequestPages.table(
                                                                visit,
                                                                requests.list("requests"),
                                                                requests.time("at"),
                                                                false)))
                                .with("data-live", true))
                .actions(
                        visit.may(Role.OPERATOR)
                                ? el("a", "Send")
                                        .cls("btn primary")
                                        .with("href", visit.at("/send", Map.of("service", path)))
                                : nothing())
                .on("agents", "services", "requests");
    }

    private static Html candidates(Visit visit, Facts answer, Facts explained) {
        Map<String, Facts> why = new HashMap<>();
        explained.list("agents").forEach(each -> why.put(each.text("agent"), each));
        Map<String, Facts> figures = new HashMap<>();
        answer.list("byAgent").forEach(each -> figures.put(each.text("agent"), each));
        List<Facts> agents = answer.list("agents");
        List<Html> rows = new ArrayList<>();
        for (Facts agent : agents.subList(0, Math.min(agents.size(), MOST_AGENTS))) {
            String name = agent.text("name");
            Facts considered = why.getOrDefault(name, Facts.NONE);
            Facts went = figures.getOrDefault(name, Facts.NONE);
            rows.add(el(
                    "tr",
                    Pieces.td(
                            all(
                                    visit.agent(name),
                                    considered.is("chosen") ? el("span", "next").cls("tag chosen") : nothing()),
                            "who"),
                    Pieces.td(Pieces.state(agent.text("state")), "c-state"),
                    Pieces.td(Words.number(agent.number("load")), "n"),
                    Pieces.td(Words.count(went.count("requests")), "n mid"),
                    Pieces.td(errors(went), "n mid"),
                    Pieces.td(Words.millis(went.number("p95")), "n"),
                    Pieces.td(considered.text("why"), "wide why")));
        }
        return Pieces.panel(
                all(
                        el("h2", "Who offers it (" + Words.count(agents.size()) + ")"),
                        el("a", "All as agents")
                                .with("href", visit.at("/agents", Map.of("service", answer.text("path"))))),
                explained.has("verdict") ? el("p", explained.text("verdict")).cls("why") : nothing(),
                Pieces.table(
                        "Who offers it",
                        List.of(
                                Pieces.th("Agent", ""),
                                Pieces.th("State", "c-state"),
                                Pieces.th("Load", "n"),
                                Pieces.th("Requests", "n mid"),
                                Pieces.th("Errors", "n mid"),
                                Pieces.th("p95", "n"),
                                Pieces.th("Would it get the next?", "wide")),
                        rows));
    }
}
