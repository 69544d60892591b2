package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.core.NaniteException;
import io.nanite.core.packet.Token;
import io.nanite.mapper.Mapper;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What lies at the broker: queues, parked letters, work that waits. The server's threads do not wait for it. */
final class BrokerRoutes {

    private static final int MOST_WAITING_SHOWN = 1000;

    private final BrokerWatch broker;
    private final ParkingLot parking;
    private final Letters letters;
    private final Mapper mapper;
    private final RequestLog log;
    private final Views views;
    private final Body body;

    BrokerRoutes(
            BrokerWatch broker,
            ParkingLot parking,
            Letters letters,
            Mapper mapper,
            RequestLog log,
            Views views,
            Body body) {
        this.broker = broker;
        this.parking = parking;
        this.letters = letters;
        this.mapper = mapper;
        this.log = log;
        this.views = views;
        this.body = body;
    }

    List<Route> all() {
        String parked = Api.V1 + "/parking";
        return List.of(
                Route.get(
                                Api.V1 + "/queues",
                                "queues",
                                "the broker and its queues",
                                Answers.Queues.class,
                                http -> Json.answer(http, 200, broker.queues()))
                        .failing(503),
                Route.get(
                                parked,
                                "parking",
                                "the letters that nobody could deliver, oldest first",
                                Answers.Parking.class,
                                http -> answer(http, 200, parking.shown(LookRoutes.query(http))))
                        .with(
                                new Route.Query("q", false, "stands in the reason, source, service or body"),
                                new Route.Query("reason", false, "a fingerprint, or what stands in the reason"),
                                new Route.Query("limit", false, "1 to 1000, 100 if nothing is said"))
                        .failing(400, 502, 503),
                Route.get(
                                parked + "/{id}",
                                "letter",
                                "one of them, with what it holds",
                                Answers.LetterDetail.class,
                                http -> answer(http, 200, parking.one(http.pathParam("id"))))
                        .failing(404, 502, 503),
                Route.post(
                                parked + "/{id}/replay",
                                "replay",
                                "sends it again; it goes when that was done",
                                Answers.Replay.class,
                                Answers.Replayed.class,
                                this::replay)
                        .failing(400, 403, 404, 409, 413, 415, 502, 503),
                Route.delete(parked + "/{id}", "discard", "throws one away", Answers.Removed.class, http -> {
                            Door.note(http, http.pathParam("id"));
                            answer(http, 200, parking.discard(http.pathParam("id")));
                        })
                        .needing(Role.ADMIN)
                        .answering(200)
                        .failing(403, 404, 502, 503),
                Route.delete(parked, "purge", "throws all of them away", Answers.Removed.class, http -> {
                            Answers.Purge order = body.read(http, Answers.Purge.class);
                            answer(http, 200, parking.purge(order.confirm()));
                        })
                        .taking(Answers.Purge.class)
                        .needing(Role.ADMIN)
                        .answering(200)
                        .failing(400, 403, 409, 502, 503),
                Route.get(
                                Api.V1 + "/offline",
                                "offline",
                                "the work that waits for somebody who can do it",
                                Answers.Offline.class,
                                http -> answer(http, 200, offline()))
                        .failing(502, 503),
                Route.delete(
                                Api.V1 + "/offline/{token}",
                                "unwait",
                                "has one of them wait no more",
                                Answers.Removed.class,
                                this::unwait)
                        .answering(200)
                        .failing(400, 403, 404, 502, 503));
    }

    private void replay(Context http) {
        Door.note(http, http.pathParam("id"));
        Answers.Replay order =
                Objects.requireNonNullElse(body.readIfAny(http, Answers.Replay.class), Answers.Replay.AS_IT_WAS);
        answer(http, 202, parking.replay(http.pathParam("id"), order));
    }

    private CompletableFuture<Answers.Offline> offline() {
        return broker.ask(desk -> {
            StoredMessages messages = desk.look(BrokerWatch.OFFLINE, MOST_WAITING_SHOWN);
            return new Answers.Offline(
                    views.now(),
                    messages.total(),
                    letters.read(messages.messages()).stream()
                            .map(BrokerRoutes::waiting)
                            .toList());
        });
    }

    private static Answers.Waiting waiting(Letters.Letter letter) {
        var work = letter.work();
        return new Answers.Waiting(
                letter.token() == null ? letter.id() : letter.token(),
                work == null ? null : work.service().path(),
                work == null ? null : work.from().value(),
                letter.at(),
                work == null || work.metadata().deadline() == 0
                        ? null
                        : java.time.Instant.ofEpochMilli(work.metadata().deadline()),
                work == null ? null : work.selector(),
                work != null && work.persistent(),
                letter.message().body().length(),
                letter.encrypted());
    }

    private void unwait(Context http) {
        Token token = Parts.token(http);
        Door.note(http, token.value());
        boolean ours =
                log.find(token).filter(line -> line.state().equals("open")).isPresent();
        if (ours) {
            mapper.cancel(token);
        }
        answer(http, 200, broker.ask(desk -> {
            int removed = desk.remove(BrokerWatch.OFFLINE, MOST_WAITING_SHOWN, 1, message -> token.value()
                    .equals(letters.read(List.of(message)).get(0).token()));
            if (removed == 0 && !ours) {
                throw new ProblemException(404, "token: %s (expected: one that waits)".formatted(token));
            }
            return new Answers.Removed(views.now(), Math.max(removed, 1));
        }));
    }

    private static void answer(Context http, int status, CompletableFuture<?> coming) {
        http.future(() -> coming.handle((value, error) -> {
            if (error == null) {
                Json.answer(http, status, value);
            } else {
                problem(http, error);
            }
            return http;
        }));
    }

    private static void problem(Context http, Throwable error) {
        @Nullable Throwable wrapped = error.getCause();
        Throwable cause = error instanceof CompletionException && wrapped != null ? wrapped : error;
        if (cause instanceof ProblemException problem) {
            Api.problem(http, problem.status(), problem.getMessage());
        } else if (cause instanceof NaniteException) {
            Api.problem(http, 502, cause.getMessage());
        } else if (cause instanceof TimeoutException) {
            Api.problem(http, 503, "the broker did not answer in time");
        } else {
            throw new CompletionException(cause);
        }
    }
}
