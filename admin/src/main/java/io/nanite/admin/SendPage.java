package io.nanite.admin;

import static io.nanite.admin.Html.all;
import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.nothing;
import static io.nanite.admin.Html.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends a request from a page, and shows who would get it and why; the answers come as they come. */
final class SendPage {

    private static final int MOST_OPTIONS = 1000;

    private SendPage() {}

    static Sheet of(Visit visit) throws Exception {
        if (!visit.may(Role.OPERATOR)) {
            throw new ProblemException(403, "sending: not done (expected: somebody who may do more than look)");
        }
        Facts services = visit.ask("services", Map.of(), Map.of());
        Facts agents = visit.ask("agents", Map.of(), Map.of());
        String target = visit.query("target");
        String selector = visit.query("selector").isEmpty()
                ? target.isEmpty() ? "least_loaded" : "target"
                : visit.query("selector");
        Html form = el(
                        "form",
                        el(
                                        "div",
                                        select(selector),
                                        field(
                                                "Agent",
                                                el("input")
                                                        .with("name", "target")
                                                        .with("list", "agent-names")
                                                        .with("value", target)
                                                        .with("placeholder", "fred")
                                                        .with("autocomplete", "off")
                                                        .with("spellcheck", "false"),
                                                "target"),
                                        field(
                                                "Service",
                                                el("input")
                                                        .with("name", "service")
                                                        .with("list", "service-paths")
                                                        .with("value", visit.query("service"))
                                                        .with("placeholder", "/simple/echo")
                                                        .with("required", true)
                                                        .with("autocomplete", "off")
                                                        .with("autocapitalize", "off")
                                                        .with("spellcheck", "false"),
                                                ""))
                                .cls("pair"),
                        el(
                                        "div",
                                        el("label", "Payload").with("for", "payload"),
                                        el("textarea", Html.lines(visit.query("payload")))
                                                .with("id", "payload")
                                                .with("name", "payload")
                                                .with("rows", "7")
                                                .with("spellcheck", "false")
                                                .with("placeholder", "hello world!")
                                                .with("aria-describedby", "payload-says"),
                                        el(
                                                        "div",
                                                        radio("as", "auto", "JSON, or else text", true),
                                                        radio("as", "json", "JSON", false),
                                                        radio("as", "text", "text", false),
                                                        el("span", "Empty: no payload")
                                                                .cls("hint")
                                                                .with("id", "payload-says"))
                                                .cls("radios")
                                                .with("role", "radiogroup")
                                                .with("aria-label", "The payload is"))
                                .cls("field"),
                        el(
                                        "details",
                                        el("summary", "Options"),
                                        el(
                                                        "div",
                                                        field(
                                                                "Time-out in ms",
                                                                el("input")
                                                                        .with("name", "timeout")
                                                                        .with("inputmode", "numeric")
                                                                        .with("pattern", "[0-9]*")
                                                                        .with("value", visit.query("timeout"))
                                                                        .with("placeholder", "the mapper's own"),
                                                                ""),
                                                        field(
                                                                "Tags it must carry",
                                                                el("input")
                                                                        .with("name", "tags")
                                                                        .with(
                                                                                "value",
                                                                                String.join(" ", visit.queries("tag")))
                                                                        .with("placeholder", "gpu linux"),
                                                                ""),
                                                        check(
                                                                "persistent",
                                                                "Persistent: survives a restart of the broker"),
                                                        check("offline", "May wait until somebody offers it"))
                                                .cls("pair"))
                                .cls("options"),
                        el(
                                        "div",
                                        el("button", "Go")
                                                .cls("btn primary go script")
                                                .with("type", "submit")
                                                .with("value", "request")
                                                .with("name", "do"),
                                        el("button", "Push")
                                                .cls("btn script")
                                                .with("type", "submit")
                                                .with("value", "push")
                                                .with("name", "do")
                                                .with("title", "Sends it without waiting for an answer"),
                                        el("button", "Explain")
                                                .cls("btn")
                                                .with("type", "submit")
                                                .with("value", "explain")
                                                .with("name", "do"),
                                        el("span", "Ctrl+Enter").cls("hint script"))
                                .cls("buttons"),
                        el("noscript", el("p", "Sending needs a script. Who would get it is shown without.")))
                .cls("send")
                .with("method", "get")
                .with("action", visit.at("/send"))
                .with("data-send", true);
        return Sheet.of(
                "send",
                "Send",
                services.time("at"),
                el(
                                "div",
                                el(
                                                "section",
                                                form,
                                                datalist("service-paths", services.list("services"), "path"),
                                                datalist("agent-names", agents.list("agents"), "name"))
                                        .cls("panel"),
                                Pieces.panel(
                                                "Who would get it",
                                                el("div", explained(visit, selector))
                                                        .with("id", "explained")
                                                        .with("aria-live", "polite"))
                                        .cls("panel aside"))
                        .cls("two send-two"),
                el(
                                "section",
                                el("h2", "Answers").cls("sr"),
                                el("div").with("id", "answers").with("aria-live", "polite"))
                        .cls("answers"));
    }

    private static Html explained(Visit visit, String selector) throws Exception {
        String service = visit.query("service");
        if (service.isEmpty()) {
            return Pieces.empty("Choose a service, and see which agent would get it now, and why not the others.");
        }
        Map<String, List<String>> query = new LinkedHashMap<>();
        query.put("service", List.of(service));
        if (selector.equals("target")) {
            query.put("target", List.of(visit.query("target")));
        } else {
            query.put("selector", List.of(selector));
        }
        if (!visit.queries("tag").isEmpty()) {
            query.put("tag", visit.queries("tag"));
        }
        Facts explained;
        try {
            explained = visit.ask("explain", Map.of(), query);
        } catch (ProblemException e) {
            @Nullable String words = e.getMessage();
            return el("p", words == null ? "" : words).cls("note is-bad");
        }
        List<Html> agents = new ArrayList<>();
        explained.list("agents").stream()
                .limit(50)
                .forEach(agent -> agents.add(el(
                                "li",
                                visit.agent(agent.text("agent")),
                                agent.is("chosen") ? el("span", "gets it").cls("tag chosen") : nothing(),
                                el("p", agent.text("why")))
                        .cls(agent.is("chosen") ? "chosen" : "")));
        return all(el("p", explained.text("verdict")), el("ul", agents).cls("why-list"));
    }

    private static Html select(String chosen) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("least_loaded", "the least loaded agent");
        options.put("random", "a random agent");
        options.put("all", "all agents");
        options.put("rr", "the next agent (round robin)");
        options.put("target", "this agent:");
        if (!options.containsKey(chosen)) {
            options.put(chosen, chosen);
        }
        return Pieces.select("Send to", "selector", chosen, options);
    }

    private static Html field(String label, Html.Element input, String only) {
        Html.Element field = el("label", el("span", label), input).cls("field");
        return only.isEmpty() ? field : field.with("data-only", only);
    }

    private static Html radio(String name, String value, String words, boolean checked) {
        return el(
                "label",
                el("input")
                        .with("type", "radio")
                        .with("name", name)
                        .with("value", value)
                        .with("checked", checked),
                el("span", words));
    }

    private static Html check(String name, String words) {
        return el("label", el("input").with("type", "checkbox").with("name", name), text(words))
                .cls("check");
    }

    private static Html datalist(String id, List<Facts> all, String key) {
        List<Html> options = new ArrayList<>();
        all.stream()
                .limit(MOST_OPTIONS)
                .forEach(each -> options.add(el("option").with("value", each.text(key))));
        return el("datalist", options).with("id", id);
    }
}
