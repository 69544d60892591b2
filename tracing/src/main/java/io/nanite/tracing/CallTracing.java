package io.nanite.tracing;

import io.nanite.core.packet.Outcome;
import io.nanite.mapper.Call;
import io.nanite.mapper.CallEnd;
import io.nanite.mapper.RequestInterceptor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;

/**
 * Makes a span of every call of a mapper, below the current one of the caller's thread, or else below the trace that the call
 * has; it travels with the work. It ends with the call. Payloads and the messages of failures are in no span. Safe for use by
 * many threads.
 */
public final class CallTracing implements RequestInterceptor {

    private final Traces traces;

    public CallTracing(OpenTelemetry telemetry) {
        traces = new Traces(telemetry);
    }

    @Override
    public Call before(Call call) {
        Context current = Context.current();
        boolean inSpan = Span.fromContext(current).getSpanContext().isValid();
        Span span = traces.span(call.service(), call.token().value())
                .setSpanKind(call.wantsAnswer() ? SpanKind.CLIENT : SpanKind.PRODUCER)
                .setParent(inSpan ? current : Traces.context(call.traceparent()))
                .startSpan();
        call.onEnd(end -> end(span, end));
        String traceparent = Traces.traceparent(span);
        return traceparent == null ? call : call.withTraceparent(traceparent);
    }

    private static void end(Span span, CallEnd end) {
        if (end.error() != null) {
            span.setStatus(StatusCode.ERROR);
            span.setAttribute(Traces.ERROR, end.error().getClass().getName());
        } else if (end.outcomes() != null) {
            for (Outcome outcome : end.outcomes().all()) {
                if (outcome instanceof Outcome.Failure failure) {
                    span.setStatus(StatusCode.ERROR, failure.verdict().name());
                    span.setAttribute(Traces.ERROR, failure.kind());
                }
            }
        }
        span.end();
    }
}
