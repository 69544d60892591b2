package io.nanite.tracing;

import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Interceptor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Makes a span of every job of an agent, below the one that its work came with, and current while the actor runs. It ends when
 * the actor has returned or thrown, whether anybody still waits for it or not. Payloads and the messages of exceptions are in
 * no span. Safe for use by many threads.
 */
public final class JobTracing implements Interceptor {

    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("nanite.attempt");
    private static final AttributeKey<Boolean> REDELIVERED = AttributeKey.booleanKey("nanite.redelivered");

    private final Traces traces;

    public JobTracing(OpenTelemetry telemetry) {
        traces = new Traces(telemetry);
    }

    @Override
    @SuppressWarnings("try") // the scope is there to be closed
    public @Nullable Object intercept(ActorContext job, Call call) throws Exception {
        Span span = traces.span(job.service(), job.token().value())
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(ATTEMPT, (long) job.attempt())
                .setAttribute(REDELIVERED, job.redelivered())
                .setParent(Traces.context(job.traceparent().orElse(null)))
                .startSpan();
        try (Scope scope = span.makeCurrent()) {
            return call.proceed();
        } catch (Throwable e) {
            span.setStatus(StatusCode.ERROR);
            span.setAttribute(Traces.ERROR, e.getClass().getName());
            throw e;
        } finally {
            span.end();
        }
    }
}
