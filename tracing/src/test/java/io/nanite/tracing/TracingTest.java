package io.nanite.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** Traces across a mapper and an agent, with the SDK of OpenTelemetry. */
class TracingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Keeps each span that ends, for whoever waits for it. */
    private static final class Ended implements SpanExporter {

        final BlockingQueue<SpanData> spans = new LinkedBlockingQueue<>();

        @Override
        public CompletableResultCode export(Collection<SpanData> ended) {
            spans.addAll(ended);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }

        SpanData next() throws InterruptedException {
            return Objects.requireNonNull(spans.poll(10, TimeUnit.SECONDS), "no span");
        }
    }

    @Actor("it")
    static final class It {

        final CountDownLatch go = new CountDownLatch(1);

        /** What is current while it runs: the trace of the span, that of the job, that of the log. */
        @Expose
        public String works(ActorContext job) {
            return Span.current().getSpanContext().getTraceId() + " "
                    + job.traceparent().orElse("none").substring(3, 35) + " "
                    + MDC.get("trace_id") + " " + MDC.get("token");
        }

        @Expose
        public String fails() {
            throw new IllegalStateException("with a secret");
        }

        @Expose
        public CompletableFuture<String> later() {
            return CompletableFuture.supplyAsync(() -> "later", Runnable::run);
        }

        @Expose
        public String late() throws InterruptedException {
            go.await();
            return "late";
        }
    }

    private final Ended ended = new Ended();
    private final OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(ended))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    private final It actor = new It();
    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final Agent agent = Agent.start(AgentConfig.named("a"), broker.transport("a"), new AgentModule() {
        @Override
        protected void configure() {
            actor(actor);
            interceptor(new JobTracing(telemetry));
        }
    });
    private final Mapper mapper = mapper("m", telemetry);

    private Mapper mapper(String name, OpenTelemetry with) {
        return Mapper.with(MapperConfig.named(name))
                .interceptor(new CallTracing(with))
                .start(broker.transport(name));
    }

    @BeforeEach
    void begin() throws InterruptedException {
        assertThat(mapper.awaitService("/it/works", 1, PATIENCE)).isTrue();
    }

    @AfterEach
    void close() {
        actor.go.countDown();
        mapper.close();
        agent.close();
        telemetry.close();
    }

    private static String value(Job job) throws InterruptedException {
        return String.valueOf(job.await().values().get("a"));
    }

    @Test
    @SuppressWarnings("try") // the scope is there to be closed
    void callerCallAndJobAreOneTrace() throws InterruptedException {
        Span caller = telemetry.getTracer("test").spanBuilder("caller").startSpan();
        Job job;
        try (Scope scope = caller.makeCurrent()) {
            job = mapper.request("/it/works", null);
        } finally {
            caller.end();
        }
        String trace = caller.getSpanContext().getTraceId();

        assertThat(value(job)).isEqualTo("%s %s %s %s".formatted(trace, trace, trace, job.token()));
        Map<SpanKind, SpanData> spans = new EnumMap<>(SpanKind.class);
        for (int i = 0; i < 3; i++) {
            SpanData span = ended.next();
            spans.put(span.getKind(), span);
        }
        assertThat(spans).containsOnlyKeys(SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.SERVER);
        SpanData call = Objects.requireNonNull(spans.get(SpanKind.CLIENT));
        SpanData done = Objects.requireNonNull(spans.get(SpanKind.SERVER));
        assertThat(call.getParentSpanId()).isEqualTo(caller.getSpanContext().getSpanId());
        assertThat(done.getParentSpanId()).isEqualTo(call.getSpanId());
        assertThat(done.getTraceId()).isEqualTo(trace);
        assertThat(done.getAttributes().get(Traces.TOKEN)).isEqualTo(job.token().value());
    }

    @Test
    void aFailureIsInTheTraceAndItsWordsAreNot() throws InterruptedException {
        mapper.request("/it/fails", null).await();

        SpanData done = ended.next();
        SpanData call = ended.next();
        assertThat(done.getTraceId()).isEqualTo(call.getTraceId());
        assertThat(done.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(done.getAttributes().get(Traces.ERROR)).isEqualTo("java.lang.IllegalStateException");
        assertThat(call.getStatus().getDescription()).isEqualTo("FAILED");
        assertThat(done.toString() + call).doesNotContain("secret");
    }

    @Test
    void aJobThatOutlivesItsCallIsInItsTraceAllTheSame() throws InterruptedException {
        Job job = mapper.request("/it/late", null, CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(3)));

        assertThat(job.await().single().verdict()).isEqualTo(Verdict.TIMEOUT);
        SpanData call = ended.next();
        assertThat(call.getStatus().getDescription()).isEqualTo("TIMEOUT");
        actor.go.countDown();
        SpanData done = ended.next();

        assertThat(done.getName()).isEqualTo("/it/late");
        assertThat(done.getParentSpanId()).isEqualTo(call.getSpanId());
    }

    @Test
    void aPushAndAStageAreTracedToo() throws InterruptedException {
        mapper.push("/it/later", null);

        SpanData one = ended.next();
        SpanData other = ended.next();
        SpanData call = one.getKind() == SpanKind.PRODUCER ? one : other;
        SpanData done = call == one ? other : one;
        assertThat(call.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(done.getParentSpanId()).isEqualTo(call.getSpanId());
    }

    @Test
    void aCallThatNobodyCanServeEndsItsSpan() throws InterruptedException {
        mapper.request("/no/such", null);

        assertThat(ended.next().getAttributes().get(Traces.ERROR)).isEqualTo("io.nanite.mapper.NoAgentException");
    }

    @Test
    void withTelemetrySwitchedOffTheTraceHasTheNameOfTheToken() throws InterruptedException {
        try (Mapper plain = mapper("plain", OpenTelemetry.noop())) {
            assertThat(plain.awaitService("/it/works", 1, PATIENCE)).isTrue();

            Job job = plain.request("/it/works", null);

            assertThat(value(job)).isEqualTo("%1$s %1$s %1$s %1$s".formatted(job.token()));
        }
    }
}
