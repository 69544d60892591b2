package io.nanite.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.CallRefusedException;
import io.nanite.mapper.Incident;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.NoAgentException;
import io.nanite.mapper.OverloadedException;
import io.nanite.mapper.UnknownAgentException;
import io.nanite.mapper.UnknownSelectorException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What can be asked for over HTTP. On the server's threads, which wait for no agent and no broker. */
final class Api {

    static final int MOST_BODY_BYTES = 1 << 20;

    private static final int MOST_STREAMS = 256;
    private static final int MOST_REQUESTS = RequestLog.SIZE;
    private static final int USUAL_REQUESTS = 100;
    private static final Duration MOST_WAIT_FOR_BODY = Duration.ofSeconds(10);
    private static final Duration MOST_WAIT_FOR_BROKER = Duration.ofSeconds(30);
    private static final String V1 = "/api/v1";

    private final Mapper mapper;
    private final Door door;
    private final RequestLog log;
    private final LiveFeed feed;
    private final TimeSource time;
    private final @Nullable Supplier<String> figures;
    private final BooleanSupplier ready;
    private final Pages pages;
    private final AtomicInteger streams = new AtomicInteger();

    Api(
            Mapper mapper,
            Door door,
            RequestLog log,
            LiveFeed feed,
            TimeSource time,
            @Nullable Supplier<String> figures,
            BooleanSupplier ready) {
        this.mapper = mapper;
        this.door = door;
        this.log = log;
        this.feed = feed;
        this.time = time;
        this.figures = figures;
        this.ready = ready;
        pages = new Pages(routes());
    }

    List<Route> routes() {
        Route.Query target = new Route.Query("target", false, "the one agent that shall do it");
        return List.of(
                Route.get(
                        V1 + "/session",
                        "session",
                        "who answers, and the token for changes",
                        Answers.Session.class,
                        this::session),
                Route.get(V1 + "/agents", "agents", "the agents that are alive", Answers.Agents.class, this::agents),
                Route.get(V1 + "/agents/{name}", "agent", "one agent", Answers.AgentDetail.class, this::agent)
                        .failing(404),
                Route.get(
                        V1 + "/services",
                        "services",
                        "the services that are offered",
                        Answers.Services.class,
                        this::services),
                Route.get(
                                V1 + "/services/<path>",
                                "service",
                                "one service, and who offers it",
                                Answers.ServiceDetail.class,
                                this::service)
                        .failing(400, 404),
                Route.get(
                                V1 + "/explain",
                                "explain",
                                "who would get a request now, and why",
                                Answers.Explained.class,
                                this::explain)
                        .with(
                                new Route.Query("service", true, "as /simple/echo"),
                                new Route.Query("selector", false, "least_loaded if nothing is said"),
                                target,
                                new Route.Query("tag", false, "may come several times"))
                        .failing(400),
                Route.get(
                                V1 + "/requests",
                                "requests",
                                "the last requests and pushes, newest first",
                                Answers.Requests.class,
                                this::requests)
                        .with(new Route.Query("limit", false, "1 to 1024, 100 if nothing is said"))
                        .failing(400),
                Route.get(
                                V1 + "/requests/{token}",
                                "request",
                                "what happened to a request",
                                Answers.Why.class,
                                this::request)
                        .failing(400, 404),
                Route.events(
                                V1 + "/requests/{token}/events",
                                "answers",
                                "news and answers of a request that was sent from here, as they come",
                                this::answers)
                        .failing(404, 503),
                Route.post(
                        V1 + "/requests",
                        "send",
                        "sends a request",
                        Answers.Send.class,
                        Answers.Accepted.class,
                        this::send),
                Route.post(
                        V1 + "/pushes",
                        "push",
                        "sends a push",
                        Answers.Send.class,
                        Answers.PushAccepted.class,
                        this::push),
                Route.delete(
                        V1 + "/requests/{token}",
                        "cancel",
                        "says that nobody wants the answer any more",
                        Answers.Cancelling.class,
                        this::cancel),
                Route.events(V1 + "/events", "events", "everything, and then what changes", this::events),
                Route.get(V1 + "/openapi.json", "openapi", "this document", Map.class, this::document),
                Route.text("/metrics", "metrics", "figures for Prometheus", this::metrics),
                Route.get(
                        "/health/live",
                        "live",
                        "that the process answers",
                        Answers.Health.class,
                        http -> Json.answer(http, 200, new Answers.Health("UP"))),
                Route.get("/health/ready", "ready", "that requests can be sent", Answers.Health.class, this::ready)
                        .failing(503));
    }

    void addTo(RoutesConfig server) {
        pages.addTo(server);
        routes().forEach(route -> server.addHttpHandler(route.method(), route.path(), route.handler()));
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

    private Instant now() {
        return time.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private void session(Context http) {
        Json.answer(
                http,
                200,
                new Answers.Session(mapper.identity().name(), door.csrf().value(), door.readOnly(), now()));
    }

    private void agents(Context http) {
        Instant at = now();
        Json.answer(http, 200, new Answers.Agents(at, lines(mapper.agents(), at)));
    }

    private static List<Answers.Agent> lines(List<AgentView> agents, Instant at) {
        return agents.stream()
                .map(agent ->
                        Answers.Agent.of(agent, at.minus(agent.silentFor()).truncatedTo(ChronoUnit.MILLIS)))
                .toList();
    }

    private void agent(Context http) {
        String name = http.pathParam("name");
        AgentView agent = mapper.agents().stream()
                .filter(each -> each.identity().name().equals(name)
                        || each.identity().value().equals(name))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        404, "agent: %s (expected: one that is alive)".formatted(Printable.of(name))));
        Json.answer(http, 200, Answers.AgentDetail.of(agent, now()));
    }

    private void services(Context http) {
        Json.answer(
                http,
                200,
                new Answers.Services(
                        now(),
                        mapper.services().entrySet().stream()
                                .map(entry ->
                                        new Answers.ServiceLine(entry.getKey().path(), entry.getValue()))
                                .toList()));
    }

    private void service(Context http) {
        Service service = service("/" + http.pathParam("path"));
        Instant at = now();
        List<AgentView> offering = mapper.agents().stream()
                .filter(agent -> agent.services().contains(service))
                .toList();
        if (offering.isEmpty()) {
            throw new ProblemException(404, "service: %s (expected: one that an agent offers)".formatted(service));
        }
        Json.answer(http, 200, new Answers.ServiceDetail(at, service.path(), lines(offering, at)));
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
        Service service = service(asked.service());
        Json.answer(http, 200, Answers.Explained.of(mapper.explain(service.path(), options(asked)), now()));
    }

    private void requests(Context http) {
        @Nullable String limit = http.queryParam("limit");
        int most = USUAL_REQUESTS;
        if (limit != null) {
            most = limit.matches("[0-9]{1,4}") ? Integer.parseInt(limit) : 0;
            if (most < 1 || most > MOST_REQUESTS) {
                throw new ProblemException(
                        400, "limit: %s (expected: 1 to %d)".formatted(Printable.of(limit), MOST_REQUESTS));
            }
        }
        Json.answer(http, 200, new Answers.Requests(now(), log.newest(most)));
    }

    private void request(Context http) {
        Token token = token(http);
        Optional<Answers.RequestLine> request = log.find(token);
        List<Incident> incidents = mapper.why(token);
        if (request.isEmpty() && incidents.isEmpty()) {
            throw unknown(token);
        }
        Json.answer(
                http,
                200,
                new Answers.Why(
                        now(),
                        token.value(),
                        request.orElse(null),
                        incidents.stream().map(Answers.Event::of).toList()));
    }

    private static ProblemException unknown(Token token) {
        return new ProblemException(
                404, "token: %s (expected: that of a request of this mapper, not long ago)".formatted(token));
    }

    private void answers(Context http) {
        Token token = token(http);
        Topic topic = feed.answers(token.value()).orElseThrow(() -> unknown(token));
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
        EventStream.open(http, stream -> subscription.of(stream, lastId), streams::decrementAndGet);
    }

    private void send(Context http) {
        Answers.Send asked = body(http);
        Service service = service(asked.service());
        Job job = mapper.request(service, asked.payload(), options(asked));
        feed.follow(job);
        Door.note(http, "%s %s".formatted(service, job.token()));
        String here = "%s/requests/%s".formatted(V1, job.token());
        http.header("Location", here);
        Json.answer(http, 202, new Answers.Accepted(job.token().value(), here + "/events"));
    }

    private void push(Context http) {
        Answers.Send asked = body(http);
        Service service = service(asked.service());
        CallOptions options = options(asked);
        Door.note(http, service.path());
        http.future(() -> mapper.push(service, asked.payload(), options)
                .toCompletableFuture()
                .orTimeout(MOST_WAIT_FOR_BROKER.toMillis(), TimeUnit.MILLISECONDS)
                .handle((pushed, error) -> {
                    if (error != null) {
                        problem(http, status(error), Sent.words(error));
                    } else {
                        Door.note(http, "%s %s".formatted(service, pushed.token()));
                        Json.answer(
                                http,
                                202,
                                new Answers.PushAccepted(
                                        pushed.token().value(),
                                        pushed.agents().stream()
                                                .map(Identity::name)
                                                .toList(),
                                        pushed.parked()));
                    }
                    return http;
                }));
    }

    private static int status(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof UnknownSelectorException) {
            return 400;
        }
        if (cause instanceof CallRefusedException) {
            return 403;
        }
        if (cause instanceof NoAgentException || cause instanceof UnknownAgentException) {
            return 409;
        }
        return cause instanceof OverloadedException
                        || cause instanceof BrokerBlocked
                        || cause instanceof TimeoutException
                ? 503
                : 500;
    }

    private void cancel(Context http) {
        Token token = token(http);
        Answers.RequestLine request = log.find(token).orElseThrow(() -> unknown(token));
        Door.note(http, request.service());
        if (request.push() || !request.state().equals("open")) {
            throw new ProblemException(
                    409,
                    "%s: %s (expected: a request that is open)"
                            .formatted(token, request.push() ? "a push" : "has ended"));
        }
        mapper.cancel(token);
        Json.answer(http, 202, new Answers.Cancelling(token.value()));
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

    // ---- what was sent

    private Answers.Send body(Context http) {
        @Nullable String type = http.contentType();
        if (type == null || !type.split(";", 2)[0].trim().equalsIgnoreCase("application/json")) {
            throw new ProblemException(
                    415,
                    "Content-Type: %s (expected: application/json)"
                            .formatted(type == null ? "none" : Printable.of(type)));
        }
        if (http.req().getContentLengthLong() > MOST_BODY_BYTES) {
            throw tooLarge();
        }
        return Json.read(read(http), Answers.Send.class);
    }

    /** One that does not say how long it is may be longer, and one that comes in crumbs would hold a thread. */
    private byte[] read(Context http) {
        long began = time.nanos();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            InputStream in = http.req().getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                body.write(buffer, 0, count);
                if (body.size() > MOST_BODY_BYTES) {
                    throw tooLarge();
                }
                if (time.nanos() - began > MOST_WAIT_FOR_BODY.toNanos()) {
                    throw new ProblemException(
                            408, "body: too slow (expected: within %d s)".formatted(MOST_WAIT_FOR_BODY.toSeconds()));
                }
            }
        } catch (IOException e) {
            throw new ProblemException(400, "body: ended early");
        }
        return body.toByteArray();
    }

    private static ProblemException tooLarge() {
        return new ProblemException(413, "body: too long (expected: at most %d bytes)".formatted(MOST_BODY_BYTES));
    }

    private static Service service(@Nullable String path) {
        if (path == null) {
            throw new ProblemException(400, "service: none (expected: /prefix/method)");
        }
        try {
            return Service.parse(path);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(400, String.valueOf(e.getMessage()));
        }
    }

    private static Token token(Context http) {
        try {
            return new Token(http.pathParam("token"));
        } catch (IllegalArgumentException e) {
            throw new ProblemException(400, String.valueOf(e.getMessage()));
        }
    }

    private static CallOptions options(Answers.Send asked) {
        CallOptions options = CallOptions.DEFAULT;
        try {
            if (asked.selector() != null) {
                options = options.withSelector(asked.selector());
            }
            if (asked.target() != null) {
                options = options.withTarget(Identity.agent(asked.target()));
            }
            if (asked.tags() != null) {
                options = options.withTags(Set.copyOf(asked.tags()));
            }
            if (asked.timeoutMillis() != null) {
                options = options.withTimeout(Duration.ofMillis(asked.timeoutMillis()));
            }
            if (asked.persistent() != null) {
                options = options.withPersistent(asked.persistent());
            }
            if (asked.offline() != null) {
                options = options.withOfflineFailsafe(asked.offline());
            }
            return options;
        } catch (IllegalArgumentException e) {
            throw new ProblemException(400, String.valueOf(e.getMessage()));
        } catch (NullPointerException e) {
            throw new ProblemException(400, "tags: one is null (expected: texts)");
        }
    }
}
