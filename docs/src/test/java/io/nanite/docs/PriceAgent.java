package io.nanite.docs;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;

/** An agent inside a program of its own. */
final class PriceAgent {

    private PriceAgent() {}

    static Agent start(String uri) {
        // region agent
        Agent agent = Agent.start(
                AgentConfig.named("fred").withSlots(8), new RabbitTransport(RabbitConfig.of(uri)), new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(Prices.class);
                    }
                });
        // endregion agent
        return agent;
    }
}
