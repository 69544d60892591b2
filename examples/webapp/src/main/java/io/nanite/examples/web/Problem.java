package io.nanite.examples.web;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Outcome;
import io.nanite.mapper.OverloadedException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why there is no answer, as {@code application/problem+json} says it.
 *
 * @param status of HTTP
 * @param kind one word for programs
 * @param detail one sentence for people
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
record Problem(int status, String kind, String detail) {

    static final String CONTENT_TYPE = "application/problem+json";

    /** The request cannot be understood. */
    static Problem badInput(String detail) {
        return new Problem(400, "BadInput", detail);
    }

    /** An agent, or the mapper in its place, said that it did not succeed. */
    static Problem of(Outcome.Failure failure) {
        int status =
                switch (failure.verdict()) {
                    case TIMEOUT -> 504;
                    case REFUSED -> 403;
                    case CANCELLED -> 503;
                    case FAILED -> failure.kind().equals("BadPayload") ? 400 : 502;
                    case LOST, OK -> 502;
                };
        return new Problem(status, failure.kind(), failure.message());
    }

    /** No agent was asked: none can, none is there by that name, or the broker or this mapper has no room. */
    static Problem of(Throwable cause) {
        if (cause instanceof OverloadedException) {
            return new Problem(429, "Overloaded", String.valueOf(cause.getMessage()));
        }
        if (cause instanceof NaniteException) {
            return new Problem(503, cause.getClass().getSimpleName(), String.valueOf(cause.getMessage()));
        }
        return new Problem(500, "InternalError", "the application failed; its log says why");
    }

    /**
     * Answers with it, where nobody has to be waited for. How long it is the container says: with that it says whether the
     * connection goes on behind a body that nobody has read.
     */
    void send(HttpServletResponse response) throws IOException {
        response.setStatus(status);
        response.setContentType(CONTENT_TYPE);
        response.getOutputStream().write(json());
    }

    byte[] json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", "about:blank");
        members.put("title", title());
        members.put("status", status);
        members.put("kind", kind);
        members.put("detail", detail);
        return Json.write(members);
    }

    private String title() {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 413 -> "Content Too Large";
            case 415 -> "Unsupported Media Type";
            case 429 -> "Too Many Requests";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Internal Server Error";
        };
    }
}
