package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.core.packet.Printable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Does one thing with many things that match, after it was said how many they are. */
final class Bulk {

    static final int MOST = 1000;

    private static final int MOST_TOLD = 20;

    private final Map<String, Action> actions;
    private final Door door;
    private final Views views;
    private final Body body;

    /** The names of what matches. */
    @FunctionalInterface
    interface Targets {
        CompletionStage<List<String>> of(Query query);
    }

    /** Does it; completes with what went wrong, by name. */
    @FunctionalInterface
    interface Doing {
        CompletionStage<Map<String, String>> apply(List<String> names);
    }

    record Action(Role role, Targets targets, Doing doing) {}

    Bulk(Map<String, Action> actions, Door door, Views views, Body body) {
        this.actions = new TreeMap<>(actions);
        this.door = door;
        this.views = views;
        this.body = body;
    }

    Route route() {
        return Route.post(
                        Api.V1 + "/bulk",
                        "bulk",
                        "does one thing with all that match; with dryRun, says how many",
                        Answers.BulkOrder.class,
                        Map.class,
                        this::bulk)
                .answering(200);
    }

    private void bulk(Context http) {
        Answers.BulkOrder order = body.read(http, Answers.BulkOrder.class);
        Action action = order.action() == null ? null : actions.get(order.action());
        if (action == null) {
            throw new ProblemException(
                    400,
                    "action: %s (expected: one of %s)"
                            .formatted(
                                    order.action() == null ? "none" : Printable.of(order.action()),
                                    new TreeSet<>(actions.keySet())));
        }
        door.require(http, action.role());
        Query query = Query.of(order.filter() == null ? Map.of() : order.filter());
        http.future(() -> action.targets()
                .of(query)
                .toCompletableFuture()
                .thenCompose(names -> done(http, order, action, names))
                .thenAccept(answer -> Json.answer(http, 200, answer)));
    }

    private CompletionStage<Object> done(Context http, Answers.BulkOrder order, Action action, List<String> names) {
        if (Boolean.TRUE.equals(order.dryRun())) {
            return CompletableFuture.completedFuture(new Answers.BulkCount(views.now(), names.size(), told(names)));
        }
        if (order.expected() == null || order.expected() != names.size()) {
            throw new ProblemException(
                    409,
                    "expected: %s (expected: %d, which match now; look again with dryRun)"
                            .formatted(order.expected() == null ? "none" : order.expected(), names.size()));
        }
        if (names.size() > MOST) {
            throw new ProblemException(
                    409, "%d match (expected: at most %d; narrow the filter)".formatted(names.size(), MOST));
        }
        Door.note(http, "%s %d".formatted(order.action(), names.size()));
        return action.doing()
                .apply(names)
                .thenApply(errors -> new Answers.BulkDone(
                        views.now(),
                        names.size() - errors.size(),
                        errors.size(),
                        new TreeMap<>(errors)
                                .entrySet().stream()
                                        .limit(MOST_TOLD)
                                        .map(error -> new Answers.BulkError(error.getKey(), error.getValue()))
                                        .toList()));
    }

    private static List<String> told(List<String> names) {
        return names.subList(0, Math.min(names.size(), MOST_TOLD));
    }
}
