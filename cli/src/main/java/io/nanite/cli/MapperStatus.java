package io.nanite.cli;

import io.nanite.mapper.AgentView;
import io.nanite.mapper.Mapper;
import io.nanite.rabbitmq.RabbitTransport;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a mapper is. */
record MapperStatus(Mapper mapper, RabbitTransport transport, String broker) implements Resident {

    @Override
    public void describe(Map<String, @Nullable Object> status) {
        List<AgentView> agents = mapper.agents();
        status.put("broker", broker);
        status.put("connected", transport.isConnected());
        status.put("jobs", mapper.pending());
        status.put("agents", agents.size());
        status.put(
                "last_ping_s",
                agents.stream()
                        .map(AgentView::silentFor)
                        .min(Comparator.naturalOrder())
                        .map(Duration::toSeconds)
                        .orElse(null));
        status.put("grace_s", 0);
    }

    /** It works at nothing itself: its requests are with agents. */
    @Override
    public List<Map<String, @Nullable Object>> jobs() {
        return List.of();
    }
}
