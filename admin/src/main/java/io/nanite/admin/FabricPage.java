package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.Mapper;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** The first page: who is there, and in one sentence whether all is well. Works without a script. On the server's threads. */
final class FabricPage {

    /** More than these are counted and not shown. */
    private static final int MOST_SHOWN = 200;

    private final Mapper mapper;

    FabricPage(Mapper mapper) {
        this.mapper = mapper;
    }

    void answer(Context http, Instant at) {
        List<AgentView> agents = mapper.agents();
        StringBuilder page = new StringBuilder(4096);
        page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<title>Nanite: the fabric</title>\n<link rel=\"stylesheet\" href=\"/assets/tower.css\">\n")
                .append("</head>\n<body>\n<main>\n<h1>The fabric</h1>\n<p>")
                .append(text(verdict(agents)))
                .append("</p>\n<p class=\"quiet\">As of <time>")
                .append(at.truncatedTo(ChronoUnit.SECONDS))
                .append("</time>, as ")
                .append(text(mapper.identity().name()))
                .append(" sees it; load the page again for what is now. The same as JSON: ")
                .append("<a href=\"/api/v1/openapi.json\">/api/v1</a>.</p>\n");
        if (!agents.isEmpty()) {
            page.append("<table>\n<thead><tr><th scope=\"col\">Agent</th><th scope=\"col\">State</th>")
                    .append("<th scope=\"col\">Load</th><th scope=\"col\">Busy</th><th scope=\"col\">In flight</th>")
                    .append("<th scope=\"col\">Services</th></tr></thead>\n<tbody>\n");
            agents.stream().limit(MOST_SHOWN).forEach(agent -> row(page, agent));
            page.append("</tbody>\n</table>\n");
        }
        if (agents.size() > MOST_SHOWN) {
            page.append("<p>and ").append(agents.size() - MOST_SHOWN).append(" more.</p>\n");
        }
        page.append("</main>\n</body>\n</html>\n");
        http.html(page.toString());
    }

    private static void row(StringBuilder page, AgentView agent) {
        double load = agent.status().load();
        page.append(agent.suspect() ? "<tr class=\"suspect\">" : "<tr>");
        cell(page, agent.identity().name());
        cell(page, agent.suspect() ? "suspect" : "ready");
        cell(page, Double.isFinite(load) ? String.format(Locale.ROOT, "%.2f", load) : "unknown");
        cell(
                page,
                agent.vitals().slots() == 0
                        ? "-"
                        : agent.vitals().busy() + " of " + agent.vitals().slots());
        cell(page, Integer.toString(agent.inFlight()));
        cell(page, Integer.toString(agent.services().size()));
        page.append("</tr>\n");
    }

    private static void cell(StringBuilder page, String value) {
        page.append("<td>").append(text(value)).append("</td>");
    }

    private static String verdict(List<AgentView> agents) {
        if (agents.isEmpty()) {
            return "No agent is here. Start one: nanite-agent --token fred -n examples/simpleagent";
        }
        List<String> suspects = agents.stream()
                .filter(AgentView::suspect)
                .map(agent -> agent.identity().name())
                .toList();
        String all = "%d %s here".formatted(agents.size(), agents.size() == 1 ? "agent is" : "agents are");
        return suspects.isEmpty()
                ? all + ", and all of them answer."
                : "%s; %d silent, and %s no new work until heard of: %s%s."
                        .formatted(
                                all,
                                suspects.size(),
                                suspects.size() == 1 ? "gets" : "get",
                                String.join(", ", suspects.subList(0, Math.min(5, suspects.size()))),
                                suspects.size() > 5 ? " and more" : "");
    }

    /** What comes from outside is text and nothing else, wherever it stands. */
    static String text(String value) {
        StringBuilder safe = new StringBuilder(value.length() + 16);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }
}
