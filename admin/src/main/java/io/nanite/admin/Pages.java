package io.nanite.admin;

import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.text;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pages of the tower. Each is what the API answers to the same query, written as HTML: it shows nothing that the API would not
 * tell whoever looks, and works without a script. On the server's threads.
 */
final class Pages {

    private final Map<String, Route> api = new LinkedHashMap<>();
    private final Assets assets = new Assets();
    private final Shell shell = new Shell(assets);

    /** What a page shows to one visit. */
    @FunctionalInterface
    interface Content {
        Sheet of(Visit visit) throws Exception;
    }

    Pages(List<Route> api) {
        api.forEach(route -> this.api.put(route.id(), route));
    }

    void addTo(RoutesConfig server) {
        assets.addTo(server);
        page(server, "/", FabricPage::of);
        page(server, "/send", SendPage::of);
        page(server, "/agents", AgentPages::list);
        page(server, "/agents/{name}", AgentPages::one);
        page(server, "/services", ServicePages::list);
        page(server, "/services/<path>", ServicePages::one);
        page(server, "/requests", RequestPages::list);
        page(server, "/requests/{token}", RequestPages::one);
        page(server, "/queues", BrokerPages::queues);
        page(server, "/parking", BrokerPages::parking);
        page(server, "/parking/{id}", BrokerPages::letter);
        page(server, "/offline", BrokerPages::offline);
        page(server, "/audit", DoorPages::audit);
        server.get("/login", http -> html(http, 200, DoorPages.login(shell, Base.of(http))));
    }

    private void page(RoutesConfig server, String path, Content content) {
        server.get(path, http -> {
            try {
                Visit visit = new Visit(http, api);
                html(http, 200, shell.page(visit, content.of(visit)));
            } catch (ProblemException e) {
                problem(http, e.status(), e.getMessage());
            }
        });
    }

    private static void html(Context http, int status, String page) {
        http.status(status).contentType("text/html; charset=utf-8").result(page.getBytes(StandardCharsets.UTF_8));
    }

    /** An error, for people as a page and for programs as JSON. */
    void problem(Context http, int status, @Nullable String detail) {
        if (!isForPeople(http)) {
            Api.problem(http, status, detail);
            return;
        }
        String base = Base.of(http);
        Html what = el("p", text(detail == null ? "" : detail));
        Html page = status == 401
                ? Html.all(
                        el("h1", "Who are you?"),
                        what,
                        el(
                                "p",
                                text("Open the link that "),
                                el("code", "nanite-admin"),
                                text(" printed when it was started. It holds a new token each time.")),
                        api.containsKey("login")
                                ? el(
                                        "p",
                                        el("a", "Log in with a name and a password")
                                                .with("href", base + "/login"))
                                : Html.nothing())
                : Html.all(
                        el("h1", status == 404 ? "Not here" : "That did not work"),
                        what,
                        el("p", el("a", "To the fabric").with("href", base + "/")));
        html(http, status, shell.plain(base, "problem", status == 401 ? "Who are you?" : "Not here", page));
    }

    private static boolean isForPeople(Context http) {
        @Nullable String accept = http.header("Accept");
        String path = Base.below(http);
        return accept != null
                && accept.contains("text/html")
                && !path.startsWith("/api/")
                && !path.startsWith("/assets/");
    }
}
