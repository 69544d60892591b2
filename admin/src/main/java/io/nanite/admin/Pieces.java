package io.nanite.admin;

import static io.nanite.admin.Html.all;
import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.nothing;
import static io.nanite.admin.Html.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What more than one page is made of. Any thread. */
final class Pieces {

    /** What a state means, for who points at it. */
    private static final Map<String, String> STATES = Map.ofEntries(
            Map.entry("ready", "takes work"),
            Map.entry("suspect", "silent for too long: gets no new work until heard of"),
            Map.entry("draining", "finishes what it has, and gets nothing new"),
            Map.entry("quarantined", "drained now, and again whenever it registers"),
            Map.entry("dead", "went away without a word"),
            Map.entry("gone", "said goodbye"),
            Map.entry("open", "not answered yet"),
            Map.entry("ok", "answered"),
            Map.entry("failed", "ended without what was asked for"));

    private Pieces() {}

    /** A state as a sign and a word: the colour only repeats it. */
    static Html.Element state(String state) {
        Html.Element chip = el("span", state).cls("state is-" + word(state));
        return STATES.containsKey(state) ? chip.with("title", STATES.getOrDefault(state, "")) : chip;
    }

    /** As a class name; what is none of ours stays a word. */
    private static String word(String state) {
        String lower = state.toLowerCase(java.util.Locale.ROOT);
        return lower.matches("[a-z]{1,16}") ? lower : "other";
    }

    static Html.Element panel(String title, Html... content) {
        return el("section", el("h2", title), all(content)).cls("panel");
    }

    static Html.Element panel(Html heading, Html... content) {
        return el("section", el("header", heading).cls("bar"), all(content)).cls("panel");
    }

    /** Says what would be here, and how to get it. */
    static Html.Element empty(String sentence, Html... more) {
        return el("div", el("p", el("strong", sentence)), all(more)).cls("empty");
    }

    static Html.Element command(String command) {
        return el("pre", el("code", command)).cls("command").with("tabindex", "0");
    }

    /** Figures with their names. */
    static Html.Element facts(List<Html> pairs) {
        return el("dl", pairs).cls("facts");
    }

    static Html pair(String name, Html value) {
        return el("div", el("dt", name), el("dd", value));
    }

    static Html pair(String name, String value) {
        return pair(name, text(value));
    }

    static Html.Element tile(String name, String value, String more) {
        return el("div", el("dt", name), el("dd", el("span", value).cls("big"), el("small", more)))
                .cls("tile");
    }

    /** A heading of a column; a class of {@code n} for figures, {@code wide} or {@code mid} for what a small screen leaves out. */
    static Html.Element th(String words, String classes) {
        return el("th", words).with("scope", "col").cls(classes);
    }

    static Html.Element td(String words, String classes) {
        return el("td", words).cls(classes);
    }

    static Html.Element td(Html content, String classes) {
        return el("td", content).cls(classes);
    }

    static Html.Element table(String caption, List<Html> headings, List<Html> rows) {
        return el("table", el("caption", caption).cls("sr"), el("thead", el("tr", headings)), el("tbody", rows))
                .cls("list");
    }

    /** A button that calls the API. */
    static Html.Element call(String words, String call) {
        return el("button", words).cls("btn script").with("type", "button").with("data-call", call);
    }

    static Html.Element input(String label, String name, String value, String placeholder) {
        return el(
                        "label",
                        el("span", label),
                        el("input")
                                .with("name", name)
                                .with("value", value)
                                .with("placeholder", placeholder)
                                .with("autocomplete", "off")
                                .with("spellcheck", "false"))
                .cls("field");
    }

    static Html.Element select(String label, String name, String chosen, Map<String, String> options) {
        List<Html> all = new ArrayList<>();
        options.forEach((value, words) ->
                all.add(el("option", words).with("value", value).with("selected", value.equals(chosen))));
        return el("label", el("span", label), el("select", all).with("name", name))
                .cls("field");
    }

    /** A form that asks for this page again. */
    static Html.Element filter(Visit visit, String path, Html... fields) {
        return el(
                        "form",
                        all(fields),
                        el("button", "Filter").cls("btn").with("type", "submit"),
                        visit.link(path, "Clear").cls("clear"))
                .cls("filter")
                .with("method", "get")
                .with("action", visit.at(path))
                .with("role", "search")
                .with("data-keep", true);
    }

    /** A long name, which goes on in the next line in front of a {@code /} or behind {@code _}, {@code -} or {@code .}. */
    static Html breakable(String name) {
        List<Html> parts = new ArrayList<>();
        for (String part : name.split("(?=/)|(?<=[_.-])(?![_./-])", -1)) {
            if (!parts.isEmpty()) {
                parts.add(el("wbr"));
            }
            parts.add(text(part));
        }
        return all(parts);
    }

    static Html tags(List<String> tags) {
        if (tags.isEmpty()) {
            return nothing();
        }
        List<Html> chips = new ArrayList<>();
        tags.stream().limit(12).forEach(tag -> chips.add(el("span", tag).cls("tag")));
        if (tags.size() > 12) {
            chips.add(text("and %d more".formatted(tags.size() - 12)));
        }
        return el("span", chips).cls("tags");
    }

    /** A long identifier that can be copied. */
    static Html.Element copyable(String value) {
        return el(
                "span",
                el("code", value),
                el("button", "Copy")
                        .cls("btn quiet tiny script")
                        .with("type", "button")
                        .with("data-copy", value));
    }
}
