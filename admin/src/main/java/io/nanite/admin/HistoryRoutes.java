package io.nanite.admin;

import io.javalin.http.Context;
import java.util.List;

/** How it was. */
final class HistoryRoutes {

    private static final int MOST_AGENTS = 200;

    private final History history;
    private final Sparklines sparklines;
    private final Views views;

    HistoryRoutes(History history, Sparklines sparklines, Views views) {
        this.history = history;
        this.sparklines = sparklines;
        this.views = views;
    }

    List<Route> all() {
        return List.of(
                Route.get(
                                Api.V1 + "/history",
                                "history",
                                "what was measured; null where nothing was",
                                Answers.Past.class,
                                http -> Json.answer(http, 200, history.past(http.queryParam("range"), views.now())))
                        .with(new Route.Query("range", false, "15m, 6h or 7d; 15m if nothing is said"))
                        .failing(400),
                Route.get(
                                Api.V1 + "/sparklines",
                                "sparklines",
                                "how loaded agents were in the last fifteen minutes",
                                Answers.AgentLines.class,
                                this::sparklines)
                        .with(new Route.Query("agent", false, "its name; may come up to 200 times"))
                        .failing(400));
    }

    private void sparklines(Context http) {
        List<String> names = http.queryParams("agent");
        if (names.size() > MOST_AGENTS) {
            throw new ProblemException(
                    400, "agent: %d of them (expected: at most %d)".formatted(names.size(), MOST_AGENTS));
        }
        Json.answer(http, 200, sparklines.of(names, views.now()));
    }
}
