package io.nanite.examples.web;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Service;
import io.nanite.mapper.CallOptions;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;

/**
 * What a request over HTTP asks for: {@code POST /api/call/simple/count?timeout=5&target=fred}.
 *
 * @param stream whether news is wanted on the way
 */
record Call(Service service, CallOptions options, Duration timeout, boolean stream) {

    static final String EVENTS = "text/event-stream";

    /** Throws {@link IllegalArgumentException} with what is wrong. */
    static Call of(HttpServletRequest request, Duration longest) {
        String path = request.getPathInfo();
        Service service = Service.parse(path == null ? "" : path);
        CallOptions options = CallOptions.DEFAULT;
        String target = request.getParameter("target");
        if (target != null) {
            options = CallOptions.target(target);
        }
        Duration timeout = longest;
        String wanted = request.getParameter("timeout");
        if (wanted != null) {
            try {
                timeout = WebSettings.seconds("timeout", wanted);
            } catch (ConfigException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }
        String accept = request.getHeader("Accept");
        return new Call(service, options.withTimeout(timeout), timeout, accept != null && accept.contains(EVENTS));
    }
}
