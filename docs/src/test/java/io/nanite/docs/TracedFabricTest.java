package io.nanite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.core.packet.Traceparent;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.tracing.CallTracing;
import io.nanite.tracing.JobTracing;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** The traces of the guide, done. */
class TracedFabricTest {

    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final BlockingQueue<String> traces = new LinkedBlockingQueue<>();

    @Test
    void aTraceGoesFromTheCallerToTheActor() throws InterruptedException {
        // region tracing
        OpenTelemetry telemetry = GlobalOpenTelemetry.get();
        AgentModule module = new AgentModule() {
            @Override
            protected void configure() {
                actor(Prices.class);
                interceptor(new JobTracing(telemetry));
                interceptor((job, call) -> {
                    traces.add(job.traceparent().orElse("none"));
                    return call.proceed();
                });
            }
        };
        Mapper.Builder builder = Mapper.with(MapperConfig.named("web1")).interceptor(new CallTracing(telemetry));
        // endregion tracing
        try (Agent agent = Agent.start(AgentConfig.named("a"), broker.transport("a"), module);
                Mapper mapper = builder.start(broker.transport("m"))) {
            mapper.awaitService("/prices/total", 1, Duration.ofSeconds(10));
            Job job = mapper.request("/prices/total", new Prices.Order("tea", 1));

            assertThat(job.await().byAgent()).containsOnlyKeys(agent.identity());
            assertThat(Traceparent.traceId(traces.remove()))
                    .isEqualTo(job.token().value());
        }
    }
}
