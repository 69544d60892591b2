package io.nanite.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nanite.core.packet.Token;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What can be asked for over HTTP. On the server's threads, which wait for no agent and no broker. */
final class Api {

    static final String V1 = "/api/v1";

    private static final int MOST_STREAMS = 256;

    private final Door door;
    private final Views views;
    private final LiveFeed feed;
    private final @Nullable Supplier<String> figures;
    private final BooleanSupplier ready;
    private final List<String> features;
    private final String version;
    private final List<Route> rooms;
    private final Pages pages;
    private final AtomicInteger streams = new AtomicInteger();

    /** {@code rooms} are the routes that are not this class's own. */
    Api(
            Door door,
            Views views,
            LiveFeed feed,
            @Nullable Supplier<String> figures,
            BooleanSupplier ready,
            List<String> features,
            String version,
            List<Route> rooms) {
        this.door = door;
        this.views = views;
        this.feed = feed;
        this.figures = figures;
        this.ready = ready;
        this.features = List.copyOf(features);
        this.version = version;
        this.rooms = List.copyOf(rooms);
        pages = new Pages(routes());
    }

    List<Route> routes() {
        return Stream.concat(
                        rooms.stream(),
                        Stream.of(
                                Route.get(
                                        V1 + "/session",
                                        "session",
                                        "who answers, who asks, and the token for changes",
                                        Answers.Session.class,
                                        this::session),
                                Route.events(
                                                V1 + "/requests/{token}/events",
                                                "answers",
                                                "news and answers of a request that was sent from here, as they come",
                                                this::answers)
                                        .failing(404, 503),
                                Route.events(
                                        V1 + "/events", "events", "everything, and then what changes", this::events),
                                Route.get(V1 + "/openapi.json", "openapi", "this document", Map.class, this::document),
                                Route.text("/metrics", "metrics", "figures for Prometheus", this::metrics),
                                Route.get(
                                        "/health/live",
                                        "live",
                                        "that the process answers",
                                        Answers.Health.class,
                                        http -> Json.answer(http, 200, new Answers.Health("UP"))),
                                Route.get(
                                                "/health/ready",
                                                "ready",
                                                "that requests can be sent",
                                                Answers.Health.class,
                                                this::ready)
                                        .failing(503)))
                .toList();
    }

    void addTo(RoutesConfig server) {
        pages.addTo(server);
        routes().forEach(route -> server.addHttpHandler(route.method(), route.path(), http -> {
            door.require(http, route.role());
            route.handler().handle(http);
        }));
    }

    /** Where people and not programs are told of errors too. */
    Pages pages() {
        return pages;
    }

    static void problem(Context http, int status, @Nullable String detail) {
        String title = org.eclipse.jetty.http.HttpStatus.getMessage(status);
        http.status(status)
                .contentType("application/problem+json")
                .result(Json.text(new Answers.Problem("about:blank", title, status, detail == null ? title : detail))
                        .getBytes(StandardCharsets.UTF_8));
    }

    private void session(Context http) {
        Visitor visitor = Door.visitor(http);
        Json.answer(
                http,
                200,
                new Answers.Session(
                        views.mapper(),
                        visitor.csrf().value(),
                        door.readOnly(),
                        views.now(),
                        visitor.user(),
                        visitor.role().word(),
                        features,
                        version));
    }

    private void answers(Context http) {
        Token token = Parts.token(http);
        Topic topic = feed.answers(token.value()).orElseThrow(() -> Views.unknown(token));
        stream(http, (stream, lastId) -> topic.subscribe(stream, lastId, null));
    }

    private void events(Context http) {
        stream(http, feed::subscribe);
    }

    /** Who is fed, and what he had last. */
    @FunctionalInterface
    private interface Subscription {
        void of(EventStream stream, @Nullable String lastId);
    }

    private void stream(Context http, Subscription subscription) {
        if (streams.incrementAndGet() > MOST_STREAMS) {
            streams.decrementAndGet();
            throw new ProblemException(503, "streams: %d (expected: fewer at once)".formatted(MOST_STREAMS));
        }
        @Nullable String lastId = http.header("Last-Event-ID");
        EventStream.open(http, door.stays(http), stream -> subscription.of(stream, lastId), streams::decrementAndGet);
    }

    private void document(Context http) {
        Json.answer(http, 200, OpenApi.document(routes()));
    }

    private void metrics(Context http) {
        if (figures == null) {
            throw new ProblemException(404, "no figures here (expected: a tower that was given some)");
        }
        http.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(figures.get().getBytes(StandardCharsets.UTF_8));
    }

    private void ready(Context http) {
        if (!ready.getAsBoolean()) {
            throw new ProblemException(503, "the mapper has no broker");
        }
        Json.answer(http, 200, new Answers.Health("UP"));
    }
}
