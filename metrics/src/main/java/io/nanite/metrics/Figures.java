package io.nanite.metrics;

import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.nanite.agent.Agent;
import io.nanite.mapper.Mapper;

/**
 * Figures in the text format of Prometheus: those of mappers and agents that are bound to it, and those of the virtual
 * machine. For who has a server already; {@link MetricsEndpoint} is one. Any thread.
 */
public final class Figures implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    public Figures() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    public void bind(Mapper mapper) {
        MapperMeters.bind(mapper, registry);
    }

    public void bind(Agent agent) {
        AgentMeters.bind(agent, registry);
    }

    /** All of them as they are now. */
    public String text() {
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
