package io.nanite.admin;

import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One look at one page: who looks, where from, and what he may. Of one thread. */
final class Visit {

    private final Context http;
    private final Map<String, Route> api;
    private final Facts session;

    Visit(Context http, Map<String, Route> api) throws Exception {
        this.http = http;
        this.api = api;
        session = ask("session");
    }

    Facts session() {
        return session;
    }

    /** Whether the API has this, as {@code queues}. */
    boolean knows(String route) {
        return api.containsKey(route);
    }

    /** What the API says to the query of this page. */
    Facts ask(String route) throws Exception {
        return ask(route, Map.of(), http.queryParamMap());
    }

    Facts ask(String route, Map<String, String> path, Map<String, List<String>> query) throws Exception {
        @Nullable Route asked = api.get(route);
        if (asked == null) {
            return Facts.NONE;
        }
        Role role = Door.visitor(http).role();
        if (!role.allows(asked.role())) {
            throw new ProblemException(
                    403,
                    "role: %s (expected: %s)"
                            .formatted(role.word(), asked.role().word()));
        }
        return InnerCall.ask(asked.handler(), http, path, query);
    }

    /** The same, where an answer that cannot be had leaves the rest of the page as it is. */
    Facts askIfThere(String route, Map<String, String> path, Map<String, List<String>> query) throws Exception {
        try {
            return ask(route, path, query);
        } catch (ProblemException e) {
            return Facts.NONE;
        }
    }

    /** A parameter of the path of this page. */
    String path(String name) {
        return http.pathParam(name);
    }

    /** A parameter of the query of this page; empty if there is none. */
    String query(String name) {
        @Nullable String value = http.queryParam(name);
        return value == null ? "" : value;
    }

    List<String> queries(String name) {
        return http.queryParams(name);
    }

    /** Whether who looks may do what this role may. */
    boolean may(Role role) {
        return Door.visitor(http).role().allows(role);
    }

    /** Where the tower is mounted: empty, or as {@code /tower}. */
    String base() {
        return Base.of(http);
    }

    String csrf() {
        return session.text("csrf");
    }

    /** An address of this tower, of one below its root. */
    String at(String path) {
        return base() + path;
    }

    String at(String path, Map<String, String> query) {
        StringBuilder address = new StringBuilder(at(path));
        char before = '?';
        for (Map.Entry<String, String> entry : query.entrySet()) {
            if (!entry.getValue().isEmpty()) {
                address.append(before).append(entry.getKey()).append('=').append(encoded(entry.getValue()));
                before = '&';
            }
        }
        return address.toString();
    }

    /** This page with one parameter of its query changed; an empty value leaves it out. */
    String here(String name, String value) {
        Map<String, String> query = new LinkedHashMap<>();
        http.queryParamMap().forEach((key, values) -> {
            if (key.matches("[a-zA-Z]{1,20}") && !values.isEmpty()) {
                query.put(key, values.get(0));
            }
        });
        query.put(name, value);
        return at(Base.below(http), query);
    }

    Html.Element link(String path, String words) {
        return Html.el("a", words).with("href", at(path));
    }

    Html.Element agent(String name) {
        return link("/agents/" + encoded(name), name).cls("name");
    }

    Html.Element service(String path) {
        return link("/services" + slashed(path), path).cls("name");
    }

    Html.Element request(String token) {
        return link("/requests/" + encoded(token), token).cls("mono");
    }

    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A path of several parts, each encoded. */
    static String slashed(String path) {
        return encoded(path).replace("%2F", "/");
    }
}
