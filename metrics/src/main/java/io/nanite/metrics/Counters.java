package io.nanite.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Adds figures of one thing to a registry, all with the name of the thing. Used by one thread. */
final class Counters<T> {

    private final MeterRegistry registry;
    private final String prefix;
    private final T counted;
    private final Tags tags;

    /** {@code counted} is held weakly by the registry: its figures end with it. */
    Counters(MeterRegistry registry, String prefix, T counted, Tags tags) {
        this.registry = registry;
        this.prefix = prefix;
        this.counted = counted;
        this.tags = tags;
    }

    /** What only grows. */
    Counters<T> count(String name, String description, ToDoubleFunction<T> figure, String... moreTags) {
        FunctionCounter.builder(prefix + name, counted, figure)
                .description(description)
                .tags(tags.and(moreTags))
                .register(registry);
        return this;
    }

    /** What it has now. */
    Counters<T> gauge(String name, String description, ToDoubleFunction<T> figure, String... moreTags) {
        Gauge.builder(prefix + name, counted, figure)
                .description(description)
                .tags(tags.and(moreTags))
                .register(registry);
        return this;
    }

    /** Packets that were refused unread, for each of these reasons. */
    Counters<T> unread(Set<String> reasons, Function<T, Map<String, Long>> figures) {
        for (String reason : reasons) {
            count(
                    "unread",
                    "packets that were refused unread",
                    it -> figures.apply(it).getOrDefault(reason, 0L),
                    "reason",
                    reason);
        }
        return this;
    }
}
