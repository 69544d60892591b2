package io.nanite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.core.packet.Service;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import org.junit.jupiter.api.Test;

/** The program of the README, on the broker that {@code nanite broker} runs. */
class ReadmeTest {

    @Test
    void theActorIsFoundAndAnswersTheMapper() throws InterruptedException {
        try (EmbeddedBroker broker = new EmbeddedBroker(EmbeddedBrokerConfig.inMemory())) {
            broker.start();
            try (Agent agent = PriceAgent.start(broker.uri("nanite"))) {
                assertThat(agent.services()).containsExactly(new Service("/prices/total"));
                assertThat(Shop.ask(broker.uri("mapper"), 3)).isEqualTo("total: 750");
                assertThat(Shop.ask(broker.uri("mapper"), 0)).isEqualTo("FAILED: count: 0 (expected: at least 1)");
            }
        }
    }
}
