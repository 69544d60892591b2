package io.nanite.admin;

import io.javalin.http.Context;
import java.util.List;

/** What is there to be looked at: the verdict, agents, services. */
final class LookRoutes {

    private final Views views;

    LookRoutes(Views views) {
        this.views = views;
    }

    List<Route> all() {
        return List.of(
                Route.get(
                        Api.V1 + "/verdict",
                        "verdict",
                        "whether all is well, and what is not",
                        Answers.Judgement.class,
                        http -> Json.answer(http, 200, views.verdict())),
                Route.get(
                                Api.V1 + "/agents",
                                "agents",
                                "the agents that are here, and those that went not long ago",
                                Answers.Agents.class,
                                http -> Json.answer(http, 200, views.agents(AgentFilter.of(query(http)))))
                        .with(
                                new Route.Query("q", false, "stands in the name or in a tag"),
                                new Route.Query("state", false, "ready, suspect, draining, quarantined, dead or gone"),
                                new Route.Query("tag", false, "which it carries"),
                                new Route.Query("service", false, "which it offers"))
                        .failing(400),
                Route.get(
                                Api.V1 + "/agents/{name}",
                                "agent",
                                "one agent",
                                Answers.AgentDetail.class,
                                http -> Json.answer(http, 200, views.agent(http.pathParam("name"))))
                        .failing(404),
                Route.get(
                        Api.V1 + "/services",
                        "services",
                        "the services that are offered, and how their requests went",
                        Answers.Services.class,
                        http -> Json.answer(http, 200, views.services())),
                Route.get(
                                Api.V1 + "/services/<path>",
                                "service",
                                "one service: who offers it, and how its requests went",
                                Answers.ServiceDetail.class,
                                http -> Json.answer(
                                        http, 200, views.service(Parts.service("/" + http.pathParam("path")))))
                        .failing(400, 404),
                Route.get(
                                Api.V1 + "/explain",
                                "explain",
                                "who would get a request now, and why",
                                Answers.Explained.class,
                                this::explain)
                        .with(
                                new Route.Query("service", true, "as /simple/echo"),
                                new Route.Query("selector", false, "least_loaded if nothing is said"),
                                new Route.Query("target", false, "the one agent that shall do it"),
                                new Route.Query("tag", false, "may come several times"))
                        .failing(400));
    }

    static Query query(Context http) {
        return new Query(http::queryParam);
    }

    private void explain(Context http) {
        Answers.Send asked = new Answers.Send(
                http.queryParam("service"),
                null,
                http.queryParam("selector"),
                http.queryParam("target"),
                http.queryParams("tag"),
                null,
                null,
                null);
        Json.answer(http, 200, views.explain(Parts.service(asked.service()), Parts.options(asked)));
    }
}
