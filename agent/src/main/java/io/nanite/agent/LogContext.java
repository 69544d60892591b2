package io.nanite.agent;

import org.slf4j.MDC;

/** Tells the log of which job a line is, while an actor runs: {@code %X{token}} and {@code %X{trace_id}}. On the worker. */
final class LogContext {

    private static final String TOKEN = "token";
    private static final String TRACE = "trace_id";

    private LogContext() {}

    static void enter(Job job) {
        MDC.put(TOKEN, job.token().value());
        String trace = job.traceId();
        if (trace != null) {
            MDC.put(TRACE, trace);
        }
    }

    static void leave() {
        MDC.remove(TOKEN);
        MDC.remove(TRACE);
    }
}
