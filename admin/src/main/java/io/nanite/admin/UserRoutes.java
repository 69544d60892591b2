package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.core.packet.Printable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Logging in and out, where there are users; and what everybody did. */
final class UserRoutes {

    /** A password takes a quarter of a second of a processor, or more. */
    private static final int AT_ONCE = 2;

    private final @Nullable Supplier<List<TowerUser>> users;
    private final Door door;
    private final Sessions sessions;
    private final LoginLimit limit;
    private final AuditTrail audit;
    private final Views views;
    private final Body body;
    private final Semaphore checking = new Semaphore(AT_ONCE);

    UserRoutes(
            @Nullable Supplier<List<TowerUser>> users,
            Door door,
            Sessions sessions,
            LoginLimit limit,
            AuditTrail audit,
            Views views,
            Body body) {
        this.users = users;
        this.door = door;
        this.sessions = sessions;
        this.limit = limit;
        this.audit = audit;
        this.views = views;
        this.body = body;
    }

    List<Route> all() {
        List<Route> routes = new ArrayList<>();
        routes.add(Route.get(
                        Api.V1 + "/audit",
                        "audit",
                        "the last things that were changed, and who did it",
                        Answers.Audit.class,
                        http -> Json.answer(
                                http,
                                200,
                                new Answers.Audit(
                                        views.now(),
                                        audit.newest(LookRoutes.query(http).number("limit", 100, AuditTrail.KEPT)))))
                .with(new Route.Query("limit", false, "1 to 500, 100 if nothing is said"))
                .needing(Role.ADMIN)
                .failing(400, 403));
        if (users != null) {
            routes.add(Route.post(Door.LOGIN, "login", "begins a session", Answers.Login.class, null, this::login)
                    .needing(Role.VIEWER)
                    .answering(204)
                    .failing(400, 403, 413, 415, 429, 503));
            routes.add(Route.post(Door.LOGOUT, "logout", "ends the session", null, null, this::logout)
                    .needing(Role.VIEWER)
                    .answering(204)
                    .failing(403));
        }
        return routes;
    }

    private void login(Context http) {
        Answers.Login asked = body.read(http, Answers.Login.class);
        String name = asked.user() == null ? "" : asked.user();
        Door.note(http, name);
        String user = "user " + name;
        String address = "address " + http.ip();
        Duration pause = longer(limit.pause(user), limit.pause(address));
        if (!pause.isZero()) {
            long seconds = pause.toSeconds() + 1;
            http.header("Retry-After", Long.toString(seconds));
            throw new ProblemException(429, "too many wrong passwords (expected: a pause of %d s)".formatted(seconds));
        }
        Optional<TowerUser> known = checked(name, asked.password() == null ? "" : asked.password());
        if (known.isEmpty()) {
            limit.failed(user);
            limit.failed(address);
            throw new ProblemException(401, "user or password: wrong");
        }
        limit.succeeded(user);
        limit.succeeded(address);
        sessions.end(door.cookie(http));
        door.give(http, sessions.begin(known.get()));
        http.status(204);
    }

    private Optional<TowerUser> checked(String name, String password) {
        if (!checking.tryAcquire()) {
            throw new ProblemException(503, "others log in at this moment (expected: again in a second)");
        }
        try {
            List<TowerUser> all = users == null ? List.of() : users.get();
            Optional<TowerUser> known =
                    all.stream().filter(each -> each.name().equals(name)).findFirst();
            // Whether a name exists must not show in how long it takes.
            int cost = all.stream().mapToInt(TowerUser::cost).max().orElse(TowerUser.COST);
            boolean right = TowerUser.matches(known, password, cost);
            return known.filter(user -> right);
        } finally {
            checking.release();
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private void logout(Context http) {
        Door.note(http, Printable.of(String.valueOf(Door.visitor(http).user())));
        sessions.end(door.cookie(http));
        door.take(http);
        http.status(204);
    }
}
