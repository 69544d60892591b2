package io.nanite.admin;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be asked for over HTTP: what is served and what is documented are both made of it.
 *
 * @param role what is needed for it
 * @param path with its parameters in braces; one that may hold slashes in angle brackets
 * @param status of an answer that is no error
 * @param contentType of that answer
 * @param answer what JSON it is; null for none, or for text
 */
record Route(
        Role role,
        HandlerType method,
        String path,
        String id,
        String summary,
        List<Query> queries,
        @Nullable Class<?> body,
        int status,
        String contentType,
        @Nullable Class<?> answer,
        List<Integer> errors,
        Handler handler) {

    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream";

    /** What may stand behind the question mark. */
    record Query(String name, boolean required, String description) {}

    Route {
        queries = List.copyOf(queries);
        errors = List.copyOf(errors);
    }

    static Route get(String path, String id, String summary, Class<?> answer, Handler handler) {
        return new Route(
                Role.VIEWER,
                HandlerType.GET,
                path,
                id,
                summary,
                List.of(),
                null,
                200,
                JSON,
                answer,
                List.of(),
                handler);
    }

    static Route events(String path, String id, String summary, Handler handler) {
        return new Route(
                Role.VIEWER,
                HandlerType.GET,
                path,
                id,
                summary,
                List.of(),
                null,
                200,
                EVENTS,
                null,
                List.of(503),
                handler);
    }

    static Route text(String path, String id, String summary, Handler handler) {
        return new Route(
                Role.VIEWER,
                HandlerType.GET,
                path,
                id,
                summary,
                List.of(),
                null,
                200,
                "text/plain",
                null,
                List.of(404),
                handler);
    }

    static Route post(
            String path,
            String id,
            String summary,
            @Nullable Class<?> body,
            @Nullable Class<?> answer,
            Handler handler) {
        return new Route(
                Role.OPERATOR,
                HandlerType.POST,
                path,
                id,
                summary,
                List.of(),
                body,
                202,
                JSON,
                answer,
                List.of(400, 403, 409, 413, 415, 503),
                handler);
    }

    static Route delete(String path, String id, String summary, @Nullable Class<?> answer, Handler handler) {
        return new Route(
                Role.OPERATOR,
                HandlerType.DELETE,
                path,
                id,
                summary,
                List.of(),
                null,
                202,
                JSON,
                answer,
                List.of(403, 404, 409),
                handler);
    }

    Route with(Query... newQueries) {
        return new Route(
                role,
                method,
                path,
                id,
                summary,
                List.of(newQueries),
                body,
                status,
                contentType,
                answer,
                errors,
                handler);
    }

    Route failing(Integer... newErrors) {
        return new Route(
                role,
                method,
                path,
                id,
                summary,
                queries,
                body,
                status,
                contentType,
                answer,
                List.of(newErrors),
                handler);
    }

    /** For those who may do more, or less, than is usual for its method. */
    Route needing(Role newRole) {
        return new Route(
                newRole, method, path, id, summary, queries, body, status, contentType, answer, errors, handler);
    }

    Route answering(int newStatus) {
        return new Route(
                role, method, path, id, summary, queries, body, newStatus, contentType, answer, errors, handler);
    }

    /** Takes a body of this type. */
    Route taking(Class<?> newBody) {
        return new Route(
                role, method, path, id, summary, queries, newBody, status, contentType, answer, errors, handler);
    }

    /** The path as OpenAPI writes it. */
    String documented() {
        return path.replace('<', '{').replace('>', '}');
    }

    /** The names of the parameters in the path. */
    List<String> parameters() {
        return Pattern.compile("\\{(\\w+)}")
                .matcher(documented())
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
