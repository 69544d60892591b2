package io.nanite.tracing;

import io.nanite.core.packet.Service;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What both sides of a trace have in common: names, and how a trace context becomes text and back. */
final class Traces {

    static final AttributeKey<String> TOKEN = AttributeKey.stringKey("nanite.token");
    static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");

    private static final String SCOPE = "io.nanite";
    private static final String TRACEPARENT = "traceparent";
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    private static final TextMapGetter<String> TEXT = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String traceparent) {
            return List.of(TRACEPARENT);
        }

        @Override
        public @Nullable String get(@Nullable String traceparent, String key) {
            return key.equals(TRACEPARENT) ? traceparent : null;
        }
    };

    private final Tracer tracer;

    Traces(OpenTelemetry telemetry) {
        tracer = telemetry.getTracer(SCOPE);
    }

    SpanBuilder span(Service service, String token) {
        return tracer.spanBuilder(service.path())
                .setAttribute(SYSTEM, "nanite")
                .setAttribute(SERVICE, service.prefix())
                .setAttribute(METHOD, service.method())
                .setAttribute(TOKEN, token);
    }

    static Context context(@Nullable String traceparent) {
        return traceparent == null ? Context.root() : W3C.extract(Context.root(), traceparent, TEXT);
    }

    /** Null for a span that is none, as those are of a telemetry that is switched off. */
    static @Nullable String traceparent(Span span) {
        Map<String, String> written = new HashMap<>();
        W3C.inject(Context.root().with(span), written, (all, key, value) -> {
            if (all != null) {
                all.put(key, value);
            }
        });
        return written.get(TRACEPARENT);
    }
}
