package io.nanite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.metrics.AgentMeters;
import io.nanite.metrics.MapperMeters;
import io.nanite.testkit.InMemoryBroker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The figures of the documents, bound. */
class MeteredFabricTest {

    private final InMemoryBroker broker = InMemoryBroker.threaded();

    @Test
    void figuresAreThereForAnyRegistry() throws InterruptedException {
        try (Agent agent = Agent.start(AgentConfig.named("a"), broker.transport("a"), new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(Prices.class);
                    }
                });
                Mapper mapper = Mapper.start(MapperConfig.named("m"), broker.transport("m"))) {
            // region meters
            MeterRegistry registry = new SimpleMeterRegistry();
            MapperMeters.bind(mapper, registry);
            AgentMeters.bind(agent, registry);
            // endregion meters
            mapper.awaitService("/prices/total", 1, Duration.ofSeconds(10));
            mapper.request("/prices/total", new Prices.Order("tea", 1)).await();

            assertThat(registry.get("nanite.mapper.accepted").functionCounter().count())
                    .isEqualTo(1);
            assertThat(registry.get("nanite.agent.job").functionTimer().count()).isEqualTo(1);
        }
    }
}
