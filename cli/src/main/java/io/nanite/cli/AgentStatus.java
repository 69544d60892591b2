package io.nanite.cli;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Service;
import io.nanite.rabbitmq.RabbitTransport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How an agent is. */
record AgentStatus(Agent agent, RabbitTransport transport, String broker, AgentConfig config) implements Resident {

    @Override
    public void describe(Map<String, @Nullable Object> status) {
        status.put("broker", broker);
        status.put("connected", transport.isConnected());
        status.put("jobs", agent.busy());
        status.put("slots", agent.slots());
        status.put("last_ping_s", agent.lastPing().map(Duration::toSeconds).orElse(null));
        status.put("grace_s", config.grace().toSeconds());
        status.put("executed", agent.tally().executed());
        status.put(
                "services",
                agent.services().stream().map(Service::path).sorted().toList());
    }

    @Override
    public List<Map<String, @Nullable Object>> jobs() {
        Instant now = TimeSource.system().now();
        return agent.running().stream().map(job -> Statuses.job(job, now)).toList();
    }
}
