package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.CallRefusedException;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.NoAgentException;
import io.nanite.mapper.OverloadedException;
import io.nanite.mapper.UnknownAgentException;
import io.nanite.mapper.UnknownSelectorException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Requests and pushes: looked at, sent, sent again, cancelled. */
final class RequestRoutes {

    private static final Duration MOST_WAIT_FOR_BROKER = Duration.ofSeconds(30);

    private final Mapper mapper;
    private final Views views;
    private final RequestLog log;
    private final LiveFeed feed;
    private final Body body;

    RequestRoutes(Mapper mapper, Views views, RequestLog log, LiveFeed feed, Body body) {
        this.mapper = mapper;
        this.views = views;
        this.log = log;
        this.feed = feed;
        this.body = body;
    }

    List<Route> all() {
        return List.of(
                Route.get(
                                Api.V1 + "/requests",
                                "requests",
                                "the last requests and pushes, newest first",
                                Answers.Requests.class,
                                http -> Json.answer(
                                        http, 200, views.requests(RequestFilter.of(LookRoutes.query(http)))))
                        .with(
                                new Route.Query("q", false, "stands in the token, service, payload or error"),
                                new Route.Query("service", false, "as /simple/echo"),
                                new Route.Query("agent", false, "which was asked"),
                                new Route.Query("state", false, "open, ok or failed"),
                                new Route.Query("kind", false, "request or push"),
                                new Route.Query("since", false, "a time as 2026-01-31T12:00:00Z"),
                                new Route.Query("before", false, "a time as 2026-01-31T12:00:00Z"),
                                new Route.Query("limit", false, "1 to 1024, 100 if nothing is said"))
                        .failing(400),
                Route.get(
                                Api.V1 + "/requests/{token}",
                                "request",
                                "what was asked for, and what happened to it",
                                Answers.Why.class,
                                http -> Json.answer(http, 200, views.request(Parts.token(http))))
                        .failing(400, 404),
                Route.post(
                        Api.V1 + "/requests",
                        "send",
                        "sends a request",
                        Answers.Send.class,
                        Answers.Accepted.class,
                        this::send),
                Route.post(
                                Api.V1 + "/requests/{token}/retry",
                                "retry",
                                "sends what was asked for once more, under a new token",
                                null,
                                Answers.Accepted.class,
                                http -> accepted(http, retry(Parts.token(http))))
                        .failing(400, 403, 404, 409),
                Route.delete(
                        Api.V1 + "/requests/{token}",
                        "cancel",
                        "says that nobody wants the answer any more",
                        Answers.Cancelling.class,
                        this::cancel),
                Route.post(
                        Api.V1 + "/pushes",
                        "push",
                        "sends a push",
                        Answers.Send.class,
                        Answers.PushAccepted.class,
                        this::push));
    }

    private void send(Context http) {
        Answers.Send asked = body.read(http, Answers.Send.class);
        Service service = Parts.service(asked.service());
        Job job = mapper.request(service, asked.payload(), Parts.options(asked));
        feed.follow(job);
        Door.note(http, "%s %s".formatted(service, job.token()));
        accepted(http, job.token());
    }

    private static void accepted(Context http, Token token) {
        String here = "%s/requests/%s".formatted(Api.V1, token);
        http.header("Location", Base.of(http) + here);
        Json.answer(http, 202, new Answers.Accepted(token.value(), here + "/events"));
    }

    /** Sends it again, as it was; returns the new token. */
    Token retry(Token token) {
        RequestLog.Asked asked = log.asked(token).orElseThrow(() -> Views.unknown(token));
        Bytes payload = asked.payload();
        if (payload == null) {
            throw new ProblemException(
                    409,
                    "%s: its payload is not known any more (expected: one of at most %d bytes of JSON)"
                            .formatted(token, RequestLog.MOST_PAYLOAD_BYTES));
        }
        if (asked.push()) {
            throw new ProblemException(409, "%s: a push (expected: a request)".formatted(token));
        }
        Job job = mapper.request(asked.service(), Json.value(payload), asked.options());
        feed.follow(job);
        return job.token();
    }

    private void push(Context http) {
        Answers.Send asked = body.read(http, Answers.Send.class);
        Service service = Parts.service(asked.service());
        CallOptions options = Parts.options(asked);
        Door.note(http, service.path());
        http.future(() -> mapper.push(service, asked.payload(), options)
                .toCompletableFuture()
                .orTimeout(MOST_WAIT_FOR_BROKER.toMillis(), TimeUnit.MILLISECONDS)
                .handle((pushed, error) -> {
                    if (error != null) {
                        Api.problem(http, status(error), Sent.words(error));
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

    // ---- many at once

    Map<String, Bulk.Action> bulk() {
        return Map.of(
                "cancel",
                new Bulk.Action(
                        Role.OPERATOR,
                        query -> tokens(query, line -> line.state().equals("open")),
                        tokens -> each(tokens, this::cancel)),
                "retry",
                new Bulk.Action(
                        Role.OPERATOR,
                        query -> tokens(query, line -> !line.state().equals("open")),
                        tokens -> each(tokens, this::retry)));
    }

    private CompletionStage<List<String>> tokens(Query query, Predicate<Answers.RequestLine> which) {
        return CompletableFuture.completedFuture(log.matching(RequestFilter.of(query)).stream()
                .filter(line -> !line.push())
                .filter(which)
                .map(Answers.RequestLine::token)
                .toList());
    }

    private static CompletionStage<Map<String, String>> each(List<String> tokens, Consumer<Token> doing) {
        Map<String, String> errors = new TreeMap<>();
        for (String token : tokens) {
            try {
                doing.accept(Parts.token(token));
            } catch (ProblemException e) {
                errors.put(token, String.valueOf(e.getMessage()));
            }
        }
        return CompletableFuture.completedFuture(errors);
    }

    static int status(Throwable error) {
        @Nullable Throwable wrapped = error.getCause();
        Throwable cause = error instanceof CompletionException && wrapped != null ? wrapped : error;
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
        Token token = Parts.token(http);
        Door.note(http, cancel(token));
        Json.answer(http, 202, new Answers.Cancelling(token.value()));
    }

    /** Cancels one that is open; returns its service. */
    String cancel(Token token) {
        Answers.RequestLine request = log.find(token).orElseThrow(() -> Views.unknown(token));
        if (request.push() || !request.state().equals("open")) {
            throw new ProblemException(
                    409,
                    "%s: %s (expected: a request that is open)"
                            .formatted(token, request.push() ? "a push" : "has ended"));
        }
        mapper.cancel(token);
        return request.service();
    }
}
