package io.nanite.admin;

import static io.nanite.admin.Html.all;
import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.nothing;
import static io.nanite.admin.Html.text;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The first page: in one sentence whether all is well, what is not and what can be done, and how it went of late. */
final class FabricPage {

    private static final Map<String, String> RANGES = Map.of("15m", "15 minutes", "6h", "6 hours", "7d", "7 days");
    private static final List<String> VERDICTS = List.of("OK", "FAILED", "REFUSED", "TIMEOUT", "LOST", "CANCELLED");
    private static final int SOME = 8;

    private FabricPage() {}

    static Sheet of(Visit visit) throws Exception {
        Facts verdict = visit.ask("verdict");
        Facts agents = visit.ask("agents", Map.of(), Map.of());
        Facts services = visit.ask("services", Map.of(), Map.of());
        Facts requests = visit.ask("requests", Map.of(), Map.of("limit", List.of("8")));
        String range = RANGES.containsKey(visit.query("range")) ? visit.query("range") : "15m";
        Facts history = visit.askIfThere("history", Map.of(), Map.of("range", List.of(range)));
        List<Html> body = new ArrayList<>();
        body.add(verdict(visit, verdict, agents));
        if (agents.list("agents").isEmpty()) {
            body.add(Pieces.panel(
                    "Start an agent",
                    el("p", "An agent hosts actors, and is used within a second of its start:"),
                    Pieces.command("nanite-agent --token fred -n examples/simpleagent"),
                    visit.may(Role.OPERATOR)
                            ? el(
                                    "p",
                                    text("and ask it something from any shell, or on the page "),
                                    visit.link("/send", "Send"),
                                    text(":"))
                            : el("p", "and ask it something from any shell:"),
                    Pieces.command("nanite-mapper request /simple/echo 'hello world!'")));
        }
        if (history.isThere()) {
            body.add(tiles(history, agents));
            body.add(charts(visit, range, history));
        }
        body.add(el("div", busiest(visit, services), latest(visit, requests)).cls("two"));
        return Sheet.of(
                        "fabric",
                        "Fabric",
                        agents.time("at"),
                        el("div", all(body)).with("data-live", true))
                .on("verdict", "agents", "services", "requests", "second");
    }

    private static Html verdict(Visit visit, Facts verdict, Facts agents) {
        boolean judged = verdict.has("sentence");
        int here = agents.list("agents").size();
        String level = judged ? verdict.text("level") : here == 0 ? "warn" : "ok";
        String sentence = judged
                ? verdict.text("sentence")
                : here == 0 ? "No agent is here." : Words.count(here, "agent is here.", "agents are here.");
        List<Html> findings = new ArrayList<>();
        for (Facts finding : verdict.list("findings")) {
            Facts action = finding.at("action");
            String href = action.text("href");
            Html button = href.startsWith("/") && !href.startsWith("//")
                    ? visit.link(href, action.text("label")).cls("btn")
                    : nothing();
            findings.add(el(
                            "li",
                            Pieces.state(word(finding.text("level"))),
                            el(
                                    "div",
                                    findings.isEmpty() && sentence.startsWith(finding.text("sentence"))
                                            ? nothing() // it is said above
                                            : el("p", finding.text("sentence")),
                                    el("p", el("small", "Cause: " + finding.text("cause")))),
                            button)
                    .cls("finding"));
        }
        return el(
                        "section",
                        el("p", Pieces.state(word(level)), el("strong", sentence))
                                .cls("sentence")
                                .with("role", "status"),
                        findings.isEmpty() ? nothing() : el("ul", findings).cls("findings"))
                .cls("verdict level-" + (level.matches("ok|warn|bad") ? level : "warn"))
                .with("aria-label", "Verdict");
    }

    private static String word(String level) {
        return level.equals("ok") ? "well" : level.equals("bad") ? "bad" : "warn";
    }

    private static Html tiles(Facts history, Facts agents) {
        Facts series = history.at("series");
        double accepted = last(series, "rate.accepted");
        double failed = 0;
        for (String verdict : VERDICTS) {
            double rate = last(series, "rate." + verdict);
            failed += verdict.equals("OK") || !Double.isFinite(rate) ? 0 : rate;
        }
        long suspects = agents.list("agents").stream()
                .filter(agent -> agent.text("state").equals("suspect"))
                .count();
        long alive = agents.list("agents").stream()
                .filter(agent -> !agent.text("state").matches("dead|gone"))
                .count();
        return el(
                        "dl",
                        Pieces.tile("Agents", Words.count(alive), suspects == 0 ? "all answer" : suspects + " suspect"),
                        Pieces.tile("Requests", Words.number(accepted), "per second"),
                        Pieces.tile("Not OK", Words.number(failed), "per second"),
                        Pieces.tile(
                                "Latency p95",
                                Words.millis(last(series, "latency.p95")),
                                "p50 " + Words.millis(last(series, "latency.p50"))),
                        Pieces.tile("Open", whole(last(series, "pending")), "requests"),
                        Pieces.tile("Load", Words.number(last(series, "load.median")), "median"))
                .cls("tiles")
                .with("aria-label", "Now");
    }

    private static String whole(double count) {
        return Double.isFinite(count) ? Words.count(Math.round(count)) : Words.NONE;
    }

    /** What was last known. */
    private static double last(Facts series, String name) {
        List<Facts> values = series.list(name);
        for (int i = values.size() - 1; i >= Math.max(0, values.size() - 3); i--) {
            double value = values.get(i).number();
            if (Double.isFinite(value)) {
                return value;
            }
        }
        return Double.NaN;
    }

    private static Html charts(Visit visit, String range, Facts history) {
        List<Html> ranges = new ArrayList<>();
        for (String each : List.of("15m", "6h", "7d")) {
            Html.Element link = el("a", RANGES.getOrDefault(each, each)).with("href", visit.here("range", each));
            ranges.add(each.equals(range) ? link.with("aria-current", "true") : link);
        }
        return el(
                        "section",
                        el(
                                        "header",
                                        el("h2", "How it went"),
                                        el("nav", ranges).cls("segments").with("aria-label", "Range of the charts"),
                                        el("small", text("as of "), Words.time(history.time("at"))))
                                .cls("bar"),
                        el(
                                        "div",
                                        chart("rates", "Outcomes per second", range),
                                        chart("latency", "Latency in ms", range),
                                        chart("load", "Load of the agents", range),
                                        chart("agents", "Agents and open requests", range))
                                .cls("charts"),
                        el("noscript", el("p", "The charts need a script; the figures above do not.")))
                .cls("panel");
    }

    static Html chart(String kind, String title, String range) {
        return el(
                        "div",
                        el("h3", title),
                        el("div")
                                .cls("plot")
                                .with("data-chart", kind)
                                .with("data-range", range)
                                .with("data-keep", true)
                                .with("data-title", title))
                .cls("chart");
    }

    private static Html busiest(Visit visit, Facts services) {
        List<Facts> lines = services.list("services").stream()
                .sorted(Comparator.comparingLong((Facts line) -> line.count("requests"))
                        .reversed()
                        .thenComparing(line -> line.text("path")))
                .limit(SOME)
                .toList();
        if (lines.isEmpty()) {
            return Pieces.panel("Services", Pieces.empty("Nobody offers anything yet."));
        }
        List<Html> rows = new ArrayList<>();
        for (Facts line : lines) {
            rows.add(el(
                    "tr",
                    Pieces.td(visit.service(line.text("path")), ""),
                    Pieces.td(Words.count(line.count("requests")), "n"),
                    Pieces.td(ServicePages.errors(line), "n"),
                    Pieces.td(Words.millis(line.number("p95")), "n")));
        }
        return Pieces.panel(
                all(el("h2", "Busiest services"), visit.link("/services", "All")),
                Pieces.table(
                        "The busiest services of the last 15 minutes",
                        List.of(
                                Pieces.th("Service", ""),
                                Pieces.th("Requests", "n"),
                                Pieces.th("Errors", "n"),
                                Pieces.th("p95", "n")),
                        rows));
    }

    private static Html latest(Visit visit, Facts requests) {
        List<Facts> lines = requests.list("requests");
        if (lines.isEmpty()) {
            return Pieces.panel(
                    "Latest requests",
                    Pieces.empty(
                            "Nothing was asked through this mapper yet.",
                            visit.may(Role.OPERATOR) ? el("p", visit.link("/send", "Send the first one")) : nothing()));
        }
        @Nullable Instant at = requests.time("at");
        List<Html> rows = new ArrayList<>();
        for (Facts line : lines) {
            rows.add(el(
                    "tr",
                    Pieces.td(Words.ago(line.time("at"), at), "when"),
                    Pieces.td(RequestPages.named(visit, line), ""),
                    Pieces.td(Pieces.state(line.text("state")), "c-state"),
                    Pieces.td(RequestPages.took(line), "n")));
        }
        return Pieces.panel(
                all(el("h2", "Latest requests"), visit.link("/requests", "All")),
                Pieces.table(
                        "The latest requests",
                        List.of(
                                Pieces.th("When", "when"),
                                Pieces.th("Service", ""),
                                Pieces.th("State", "c-state"),
                                Pieces.th("Took", "n")),
                        rows));
    }
}
