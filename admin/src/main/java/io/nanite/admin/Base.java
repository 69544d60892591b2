package io.nanite.admin;

import io.javalin.http.Context;

/** Where the tower stands on its server: what links and cookies begin with. */
final class Base {

    private Base() {}

    /** Nothing on a server of its own; {@code /app/tower} where it is mounted below that. Never ends with a slash. */
    static String of(Context http) {
        return http.contextPath();
    }

    /** What is asked for, below where the tower stands. */
    static String below(Context http) {
        String base = of(http);
        String path = http.path();
        return !base.isEmpty() && path.startsWith(base + "/") ? path.substring(base.length()) : path;
    }
}
