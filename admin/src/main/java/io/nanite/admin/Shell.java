package io.nanite.admin;

import static io.nanite.admin.Html.all;
import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.nothing;
import static io.nanite.admin.Html.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The frame around every page: navigation, search, the state of the live stream. Any thread. */
final class Shell {

    private final Assets assets;

    /** An entry of the navigation, and what of the API it needs. */
    private record Entry(
            String name,
            String path,
            String words,
            String key,
            @Nullable String route) {}

    private static final List<Entry> ENTRIES = List.of(
            new Entry("fabric", "/", "Fabric", "f", null),
            new Entry("send", "/send", "Send", "s", null),
            new Entry("agents", "/agents", "Agents", "a", null),
            new Entry("services", "/services", "Services", "v", null),
            new Entry("requests", "/requests", "Requests", "r", null),
            new Entry("queues", "/queues", "Queues & broker", "q", "queues"),
            new Entry("parking", "/parking", "Parking lot", "p", "parking"),
            new Entry("offline", "/offline", "Offline", "o", "offline"),
            new Entry("audit", "/audit", "Audit", "u", "audit"));

    Shell(Assets assets) {
        this.assets = assets;
    }

    String page(Visit visit, Sheet sheet) {
        Html.Element body = el(
                "body",
                el("a", "Skip to the content").cls("skip").with("href", "#main"),
                header(visit),
                el("div", navigation(visit, sheet), main(sheet)).cls("frame"),
                el("div")
                        .cls("toasts")
                        .with("id", "toasts")
                        .with("role", "status")
                        .with("aria-live", "polite"));
        return document(visit.base(), sheet.name(), sheet.title(), head(visit, sheet), body);
    }

    /** A page for who is not let in, or for what is not there: without the navigation. */
    String plain(String base, String name, String title, Html... content) {
        Html.Element main = el("main", content).cls("plain").with("id", "main");
        return document(base, name, title, all(scripts(base, name)), el("body", main));
    }

    private static String document(String base, String name, String title, Html head, Html.Element body) {
        return "<!doctype html>\n"
                + el(
                                "html",
                                el(
                                        "head",
                                        el("meta").with("charset", "utf-8"),
                                        el("meta")
                                                .with("name", "viewport")
                                                .with("content", "width=device-width, initial-scale=1"),
                                        el("meta").with("name", "color-scheme").with("content", "light dark"),
                                        el("title", title + " · Nanite"),
                                        head),
                                body)
                        .with("lang", "en")
                        .with("data-base", base)
                        .with("data-page", name)
                        .written();
    }

    private Html head(Visit visit, Sheet sheet) {
        List<Html> head = new ArrayList<>();
        head.add(el("meta").with("name", "csrf").with("content", visit.csrf()));
        head.add(el("meta").with("name", "events").with("content", String.join(" ", sheet.events())));
        head.add(el("meta").with("name", "role").with("content", role(visit)));
        if (sheet.at() != null) {
            head.add(el("meta").with("name", "at").with("content", sheet.at().toString()));
        }
        head.add(all(scripts(visit.base(), sheet.name())));
        return all(head);
    }

    private static String role(Visit visit) {
        return (visit.may(Role.ADMIN) ? Role.ADMIN : visit.may(Role.OPERATOR) ? Role.OPERATOR : Role.VIEWER).word();
    }

    private List<Html> scripts(String base, String name) {
        List<Html> scripts = new ArrayList<>();
        scripts.add(el("script").with("src", base + assets.path("theme.js")));
        scripts.add(el("link")
                .with("rel", "icon")
                .with("type", "image/svg+xml")
                .with("href", base + assets.path("icon.svg")));
        if (name.equals("fabric") || name.equals("agent") || name.equals("service")) {
            scripts.add(el("link").with("rel", "stylesheet").with("href", base + assets.path("uPlot.min.css")));
            scripts.add(el("script").with("defer", true).with("src", base + assets.path("uPlot.iife.min.js")));
        }
        scripts.add(el("link").with("rel", "stylesheet").with("href", base + assets.path("tower.css")));
        scripts.add(el("script").with("type", "module").with("src", base + assets.path("tower.js")));
        return scripts;
    }

    private static Html header(Visit visit) {
        Facts session = visit.session();
        boolean named = session.has("user");
        return el(
                        "header",
                        el("button", el("span", "Menu"))
                                .cls("menu btn quiet script")
                                .with("type", "button")
                                .with("data-menu", true)
                                .with("aria-expanded", "false")
                                .with("aria-controls", "nav"),
                        el("a", el("span").cls("mark"), el("b", "Nanite"))
                                .cls("brand")
                                .with("href", visit.at("/"))
                                .with("title", "Control Tower of mapper " + session.text("mapper")),
                        el("span", text(session.text("mapper"))).cls("mapper").with("title", "the mapper that answers"),
                        el("button", el("span", "Search or jump to…").cls("words"), el("kbd", "/"))
                                .cls("find script")
                                .with("type", "button")
                                .with("data-palette", true)
                                .with("aria-label", "Search or jump to a page, agent, service or request")
                                .with("aria-keyshortcuts", "/ Control+K"),
                        el(
                                        "button",
                                        el("span").cls("dot"),
                                        el("span", "As loaded").with("data-words", true))
                                .cls("live script")
                                .with("type", "button")
                                .with("data-live-state", "off")
                                .with("aria-pressed", "false")
                                .with("title", "Click to pause"),
                        el("button", el("span", "Theme").cls("sr"))
                                .cls("theme btn quiet script")
                                .with("type", "button")
                                .with("data-theme-switch", true)
                                .with("title", "Light or dark"),
                        named
                                ? el("span", text(session.text("user")), el("small", role(visit)))
                                        .cls("user")
                                : visit.may(Role.OPERATOR)
                                        ? nothing()
                                        : el("span", el("small", "look only")).cls("user"),
                        named && visit.knows("logout")
                                ? el("button", "Log out")
                                        .cls("btn quiet script")
                                        .with("type", "button")
                                        .with("data-call", "POST /api/v1/logout")
                                        .with("data-then", visit.at("/login"))
                                : nothing())
                .cls("top");
    }

    private static Html navigation(Visit visit, Sheet sheet) {
        List<Html> entries = new ArrayList<>();
        for (Entry entry : ENTRIES) {
            boolean there = entry.route() == null || visit.knows(entry.route());
            if (!there
                    || (entry.name().equals("send") && !visit.may(Role.OPERATOR))
                    || (entry.name().equals("audit") && !visit.may(Role.ADMIN))) {
                continue;
            }
            boolean current = sheet.name().equals(entry.name()) || (sheet.name() + "s").equals(entry.name());
            Html.Element link = visit.link(entry.path(), entry.words()).with("data-key", entry.key());
            entries.add(el("li", current ? link.with("aria-current", "page") : link));
        }
        return el("nav", el("ul", entries)).cls("side").with("id", "nav").with("aria-label", "Pages");
    }

    private static Html main(Sheet sheet) {
        Html asOf = sheet.at() == null
                ? nothing()
                : el("p", text("As of "), Words.time(sheet.at())).cls("asof").with("data-asof", true);
        return el(
                        "main",
                        el(
                                        "header",
                                        el("div", el("h1", text(sheet.title())), sheet.lead(), asOf)
                                                .cls("about"),
                                        el("div", sheet.actions()).cls("actions"))
                                .cls("head"),
                        sheet.body())
                .with("id", "main")
                .with("tabindex", "-1")
                .cls("page-" + sheet.name());
    }
}
